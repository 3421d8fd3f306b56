/** The parts of ONNX's messages that are looked at or changed here; the others travel along. */
export interface ModelProto {
  irVersion: Integer;
  opsetImport: { domain?: string; version: Integer }[];
  graph: GraphProto;
}

export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  sparseInitializer?: { values: TensorProto }[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute: AttributeProto[];
}

export interface AttributeProto {
  name: string;
  type: number;
  i?: Integer;
  g?: GraphProto | null;
  graphs?: GraphProto[];
}

export interface TensorProto {
  dims: Integer[];
  dataType: number;
  name?: string;
  rawData?: Uint8Array;
  floatData?: number[];
  int32Data?: number[];
  int64Data?: Integer[];
  doubleData?: number[];
  uint64Data?: Integer[];
  stringData?: Uint8Array[];
}

export interface ValueInfoProto {
  name: string;
  type?: { tensorType?: { elemType: number; shape?: { dim: DimensionProto[] } | null } | null } | null;
}

export interface DimensionProto {
  dimValue?: Integer;
  dimParam?: string;
}

/** What protobufjs makes of 64 bits: a number, or an object that tells its digits. */
export type Integer = number | { toString(): string };
