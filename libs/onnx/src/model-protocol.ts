import type { ExecutionProviderConfig } from './devices/execution-provider.js';
import type { OnnxSessionOptions } from './devices/session-options.js';
import type { TensorShape } from './tensors/tensor-shape.js';
import type { TensorData, TensorType } from './tensors/tensor-type.js';

/** What a worker that has a model's session can be asked for. All of it is plain data. */
export interface ModelCalls {
  /** Creates a session. One that was open before is released first. */
  readonly open: {
    /** Which model, and on what. */
    readonly request: OpenRequest;
    /** What the model says of itself. */
    readonly reply: OpenedSession;
  };
  /** Runs the session once. */
  readonly run: {
    /** The inputs, stacked. */
    readonly request: RunRequest;
    /** The outputs, not yet split. */
    readonly reply: RunReply;
  };
}

/** Which session to create. */
export interface OpenRequest {
  /** The model's file, as an absolute path. */
  readonly path: string;
  /** What shall run the model; nothing else is tried in its place. */
  readonly executionProvider: ExecutionProviderConfig;
  /** Threads, optimization, memory and log of ONNX Runtime. */
  readonly session: OnnxSessionOptions;
}

/** What the session says of the model; nothing of it is checked yet. */
export interface OpenedSession {
  /** In the model's order. */
  readonly inputs: readonly ReportedTensor[];
  /** In the model's order. */
  readonly outputs: readonly ReportedTensor[];
  /** How long it took to create the session, in milliseconds. */
  readonly openMs: number;
  /** The version of onnxruntime-node. */
  readonly runtimeVersion: string;
}

/** An input or output in the words of the session. */
export interface ReportedTensor {
  /** As the model calls it. */
  readonly name: string;
  /** The element type in ONNX Runtime's words; undefined for what is no tensor (a sequence, a map). */
  readonly type: string | undefined;
  /** Empty for a scalar, and also where the model does not say. */
  readonly shape: TensorShape;
}

/** A tensor with its name. */
export interface NamedTensor {
  /** The input or output that it is for. */
  readonly name: string;
  /** What its elements are. */
  readonly type: TensorType;
  /** The size of each dimension, with the batch axis. */
  readonly dims: readonly number[];
  /** The elements, row-major; as many as the product of `dims`. */
  readonly data: TensorData;
}

/**
 * A {@link NamedTensor} as it is sent, as a list. Its buffer, unless it is of strings, is transferred: whoever has sent
 * it, has it no more.
 */
export type ListedTensor = readonly [
  name: string,
  type: TensorType,
  dims: readonly number[],
  data: TensorData,
];

/**
 * One run of the session: the outputs to fetch, while the others are not copied out; whether the buffers of the inputs
 * come back, which they do not where all is copied anyway; and all inputs of the model, in any order.
 *
 * It is a list, and its reply is one, as a worker's messages are: with the names of the properties of so many objects
 * the worker would take some 5 µs more for each batch, in which the model does not run.
 */
export type RunRequest = readonly [
  outputNames: readonly string[],
  wantsBuffersBack: boolean,
  inputs: readonly ListedTensor[],
];

/**
 * What came out of one run: the outputs, in the order of their names in the request; how long ONNX Runtime took, in
 * milliseconds; and the buffers of the inputs, given back for the next run, if that was asked for.
 */
export type RunReply = readonly [
  outputs: readonly ListedTensor[],
  runMs: number,
  inputBuffers: readonly ArrayBuffer[],
];
