/** Element types that an input or output of a built model may have. */
export type OnnxElementType = OnnxNumericType | 'string';

/** Element types that a constant of a built model may have. */
export type OnnxNumericType =
  | 'float32'
  | 'float64'
  /** Its data are the 16 bits of each element. */
  | 'float16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool';

/** An input or output of the graph. A number is a fixed dimension, a string names a dynamic one. */
export interface OnnxValue {
  /** Unique in the graph. */
  readonly name: string;
  /** What its elements are. */
  readonly type: OnnxElementType;
  /** The size of each dimension; empty for a scalar. */
  readonly shape: readonly (number | string)[];
}

/** A constant tensor, row-major: `data` has as many elements as the product of `dims` (one for `[]`). */
export interface OnnxInitializer {
  /** By this name nodes take it as an input. */
  readonly name: string;
  /** What its elements are. */
  readonly type: OnnxNumericType;
  /** The size of each dimension; empty for a scalar. */
  readonly dims: readonly number[];
  /** The elements, row-major. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/**
 * An operator's attribute, tagged with its kind: `1` alone does not tell an ONNX int from an ONNX float, and
 * the runtime refuses the wrong one. Integers must be safe integers.
 */
export type OnnxAttribute =
  | {
      /** An integer. */
      readonly int: number;
    }
  | {
      /** Several integers. */
      readonly ints: readonly number[];
    }
  | {
      /** A number, kept with the precision of a `float32`. */
      readonly float: number;
    }
  | {
      /** Several such numbers. */
      readonly floats: readonly number[];
    }
  | {
      /** Text, kept as UTF-8. */
      readonly string: string;
    }
  | {
      /** Several texts. */
      readonly strings: readonly string[];
    }
  | {
      /** A tensor, as an initializer without a name. */
      readonly tensor: Omit<OnnxInitializer, 'name'>;
    };

/** One operator. An empty string among `inputs` leaves that optional input out. */
export interface OnnxNode {
  /** Operator of the default ONNX domain, such as `MatMul`. */
  readonly op: string;
  /** Names of what goes in, in the order of the operator. */
  readonly inputs: readonly string[];
  /** Names for what comes out, in the order of the operator. */
  readonly outputs: readonly string[];
  /** By the names that the operator has for them. Default: none. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A whole model, described by what its graph computes. */
export interface OnnxGraph {
  /** Name of the graph. Default: `graph`. */
  readonly name?: string;
  /** What a run is given. */
  readonly inputs: readonly OnnxValue[];
  /** What a run gives; each is the output of a node. */
  readonly outputs: readonly OnnxValue[];
  /** In an order in which every node comes after those that feed it. */
  readonly nodes: readonly OnnxNode[];
  /** Default: none. */
  readonly initializers?: readonly OnnxInitializer[];
  /** Version of the default operator set. Default: 17. */
  readonly opset?: number;
  /** Version of the ONNX file format, 8 to 10. Default: 8. */
  readonly irVersion?: number;
  /** Name of the tool that made the model, kept in the file. Default: `nestjs-batching`. */
  readonly producer?: string;
  /** Free text kept in the file. Default: none. */
  readonly description?: string;
}
