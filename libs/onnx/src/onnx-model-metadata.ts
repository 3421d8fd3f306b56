import type { ExecutionProviderName } from './execution-provider.js';
import type { BatchedTensor } from './tensors/model-signature.js';
import type { WarmUp } from './trial-run.js';

/** An execution provider that was tried and does not work here. */
export interface FailedExecutionProvider {
  readonly name: ExecutionProviderName;
  readonly reason: string;
}

/** What is known of a model that has been loaded. */
export interface OnnxModelMetadata {
  readonly name: string;
  /** The model's file, as an absolute path. */
  readonly path: string;
  /** Names, element types and shapes with the batch axis first, as narrowed by what was declared. */
  readonly inputs: readonly BatchedTensor[];
  /** Those that are fetched. */
  readonly outputs: readonly BatchedTensor[];
  /** What really runs the model. */
  readonly executionProvider: ExecutionProviderName;
  /** Those that should rather have run it, and why they do not. */
  readonly failedExecutionProviders: readonly FailedExecutionProvider[];
  /** How long it took to create the session, in milliseconds. */
  readonly loadMs: number;
  /** The runs before the model counted as ready, in their order. */
  readonly warmUps: readonly WarmUp[];
  /** The version of onnxruntime-node. */
  readonly runtimeVersion: string;
}
