import type { ExecutionProviderConfig } from './execution-provider.js';
import type { OnnxSessionOptions } from './session-options.js';
import type { TensorShape } from './tensors/tensor-shape.js';
import type { TensorData, TensorType } from './tensors/tensor-type.js';

/** What a worker that has a model's session can be asked for. All of it is plain data. */
export interface ModelCalls {
  /** Creates a session. One that was open before is released first. */
  readonly open: { readonly request: OpenRequest; readonly reply: OpenedSession };
  /** Runs the session once. */
  readonly run: { readonly request: RunRequest; readonly reply: RunReply };
}

export interface OpenRequest {
  readonly path: string;
  readonly executionProvider: ExecutionProviderConfig;
  readonly session: OnnxSessionOptions;
}

/** What the session says of the model; nothing of it is checked yet. */
export interface OpenedSession {
  readonly inputs: readonly ReportedTensor[];
  readonly outputs: readonly ReportedTensor[];
  /** How long it took to create the session, in milliseconds. */
  readonly openMs: number;
  /** The version of onnxruntime-node. */
  readonly runtimeVersion: string;
}

export interface ReportedTensor {
  readonly name: string;
  /** The element type in ONNX Runtime's words; undefined for what is no tensor (a sequence, a map). */
  readonly type: string | undefined;
  /** Empty for a scalar, and also where the model does not say. */
  readonly shape: TensorShape;
}

/** A tensor with its name. Its buffer, unless it is of strings, is transferred: whoever has sent it, has it no more. */
export interface NamedTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export interface RunRequest {
  readonly inputs: readonly NamedTensor[];
  readonly outputNames: readonly string[];
  /** Whether the buffers of the inputs come back: they do not where all is copied anyway. */
  readonly wantsBuffersBack: boolean;
}

export interface RunReply {
  /** In the order of `outputNames`. */
  readonly outputs: readonly NamedTensor[];
  /** How long ONNX Runtime took, in milliseconds. */
  readonly runMs: number;
  /** The buffers of the inputs, given back for the next run, if that was asked for. */
  readonly inputBuffers: readonly ArrayBuffer[];
}
