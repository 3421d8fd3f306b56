import type { ExecutionProviderConfig } from './execution-provider.js';
import type { OnnxSessionOptions } from './session-options.js';
import type { TensorShape } from './tensors/tensor-shape.js';
import type { TensorData, TensorType } from './tensors/tensor-type.js';

/**
 * What is said between a model and the worker that has its session. Every message is plain data, so that the
 * worker may be a thread or another process. Each call gets exactly one reply; calls are worked off one at a
 * time, in the order in which they came.
 */
export interface ModelCalls {
  /** Creates a session. One that was open before is released first. */
  open: { request: OpenRequest; reply: OpenedSession };
  /** Runs the session once. */
  run: { request: RunRequest; reply: RunReply };
  /** Releases the session. The worker has nothing more to do then, and ends by itself. */
  close: { request: undefined; reply: undefined };
}

export type ModelCallKind = keyof ModelCalls;

/** To the worker. */
export type CallMessage = {
  [Kind in ModelCallKind]: {
    readonly kind: Kind;
    readonly callId: number;
    readonly request: ModelCalls[Kind]['request'];
  };
}[ModelCallKind];

/** From the worker. */
export type ReplyMessage =
  | { readonly callId: number; readonly reply: ModelCalls[ModelCallKind]['reply'] }
  | { readonly callId: number; readonly failure: CallFailure };

export interface CallFailure {
  readonly message: string;
  /** `runtime-unavailable`: onnxruntime-node cannot be loaded, so that no call can ever succeed. */
  readonly kind: 'runtime-unavailable' | 'failed';
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
}

export interface RunReply {
  /** In the order of `outputNames`. */
  readonly outputs: readonly NamedTensor[];
  /** How long ONNX Runtime took, in milliseconds. */
  readonly runMs: number;
}
