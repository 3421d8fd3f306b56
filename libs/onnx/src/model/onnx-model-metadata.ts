import type { WorkerIsolation } from 'nestjs-batching/worker';

import type { ExecutionProviderName } from '../devices/execution-provider.js';
import type { ModelSignature } from '../signature/model-signature.js';
import type { WarmUp } from '../opening/trial-run.js';

/** An execution provider that was tried and does not work here. */
export interface FailedExecutionProvider {
  /** Which one was tried. */
  readonly name: ExecutionProviderName;
  /** What it said, in its own words. */
  readonly reason: string;
}

/** What is known of a model that has been loaded; its inputs and outputs as they are batched. */
export interface OnnxModelMetadata extends ModelSignature {
  /** By this name logs, health and the app know the model. */
  readonly name: string;
  /** The model's file, as an absolute path. */
  readonly path: string;
  /** What really runs the model. */
  readonly executionProvider: ExecutionProviderName;
  /** Those that should rather have run it, and why they do not. */
  readonly failedExecutionProviders: readonly FailedExecutionProvider[];
  /** The devices that it uses, by number; empty where the execution provider does not tell devices apart. */
  readonly devices: readonly number[];
  /** How many workers there are on each device. */
  readonly instances: number;
  /** Whether they are threads or processes. */
  readonly isolation: WorkerIsolation;
  /** How many threads work on one operator in each worker; 0 where ONNX Runtime decides, as for a whole machine. */
  readonly intraOpNumThreads: number;
  /** How long it took to create the session, in milliseconds. */
  readonly loadMs: number;
  /** The runs before the model counted as ready, in their order. */
  readonly warmUps: readonly WarmUp[];
  /** The version of onnxruntime-node. */
  readonly runtimeVersion: string;
}
