import type { FileLocation, WorkerOptions } from 'nestjs-batching/worker';

import type { ExecutionProviderConfig, ExecutionProviderName } from '../devices/execution-provider.js';
import type { OnnxLogger } from './onnx-logger.js';
import type { OnnxRow } from '../rows/onnx-row.js';
import type { OnnxSessionOptions } from '../devices/session-options.js';
import type { DeclaredInput, DeclaredTensor } from '../signature/declared-tensor.js';
import type { DynamicAxisOptions } from '../signature/dynamic-axis.js';

/** Which model, and how to run it. `instances` counts for each device. */
export interface OnnxModelOptions extends WorkerOptions {
  /**
   * The model's file: a `file:` URL (`new URL('./digits.onnx', import.meta.url)`), or a path, which counts from the
   * working directory of the process.
   */
  readonly path: FileLocation;
  /**
   * What may run the model, best first. Each is tried by creating a session and running it; the first that
   * works is taken, the ones before it are logged as warnings and kept in the metadata. Default `['cpu']`.
   */
  readonly executionProviders?: readonly (ExecutionProviderName | ExecutionProviderConfig)[];
  /**
   * Whether the CPU shall not do: the app does not start then unless one of the other `executionProviders` works.
   * Default false.
   */
  readonly requireGpu?: boolean;
  /**
   * The devices that run the model, by number, each with `instances` workers; for the execution providers `cuda`,
   * `tensorrt` and `dml`, of which each worker uses one device. Integers, 0 to 1,023. Default: the one that the
   * execution provider names (`deviceId`), or 0.
   */
  readonly devices?: readonly number[];
  /**
   * The inputs that the application will send, all of them. Every difference from the model stops the start.
   * Default: those of the model.
   */
  readonly inputs?: Readonly<Record<string, DeclaredInput>>;
  /**
   * The outputs that the application wants, by name or with what it expects of them. The others are not
   * fetched. Every difference from the model stops the start. Default: all of the model's.
   */
  readonly outputs?: readonly string[] | Readonly<Record<string, DeclaredTensor>>;
  /**
   * Dimensions, by name, along which rows of different length run together: shorter rows are filled up at their
   * end, a mask is made, and outputs that have the dimension are cut to each row's length. Default: none, so that
   * rows of different shapes run one shape after the other.
   */
  readonly dynamicAxes?: Readonly<Record<string, DynamicAxisOptions>>;
  /**
   * How many rows one request may bring, by tensors that have the batch axis. Integer, 1 to 65,536, at most the
   * model's own batch size where that is fixed. Default 1.
   */
  readonly maxRowsPerRequest?: number;
  /**
   * The only numbers of rows at which the model shall run; the last row is repeated up to the next of them.
   * Integers, 1 to 65,536. Default: any. A model whose batch size is fixed runs at that, whatever is said here.
   */
  readonly allowedBatchSizes?: readonly number[] | undefined;
  /**
   * Sizes of the batches that run before the model counts as ready, so that no caller pays for memory and kernels
   * that are set up on a first run. Integers, 1 to 65,536. A model that runs in several sizes is tried at two at least:
   * to one alone, 1 or 2 or another allowed size is added. Default `[1]`, which makes it `[2, 1]`; of an `OnnxModule`
   * the `allowedBatchSizes`, or 1 and `maxBatchSize`.
   */
  readonly warmupBatchSizes?: readonly number[];
  /**
   * What these batches hold, again and again: one row such as requests bring, with lengths such as they have. For
   * models that make nothing of zeros, and to have the memory of real lengths set up. Default: zeros; free dimensions
   * count 1 then, masks and lengths are ones.
   */
  readonly warmupRow?: OnnxRow | undefined;
  /** Threads, optimization, memory and log of ONNX Runtime. */
  readonly session?: OnnxSessionOptions;
  /** Where the model says what it does. Default: warnings only, as process warnings. */
  readonly logger?: OnnxLogger;
}
