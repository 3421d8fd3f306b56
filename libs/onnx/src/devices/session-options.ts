import { integerBetween, oneOf, optional, trueOrFalse, type ConfigRules } from 'nestjs-batching/core';

/** How ONNX Runtime runs the model. What is left out is as ONNX Runtime has it, unless it says otherwise. */
export interface OnnxSessionOptions {
  /**
   * Threads that work on one operator. Integer, 0 to 1,024; 0 lets ONNX Runtime decide: one per core of the machine.
   * Default: the cores on which the process may run, divided by the instances; in a container with a quota of CPU time
   * one fewer than that, for the event loop. For one instance on a whole machine, or where the environment has
   * `ORT_INTRA_OP_NUM_THREADS`, 0.
   */
  readonly intraOpNumThreads?: number;
  /**
   * Threads that work on different operators at the same time, in the execution mode `parallel`. Integer, 0 to
   * 1,024; 0 lets ONNX Runtime decide. Default 0.
   */
  readonly interOpNumThreads?: number;
  /**
   * Whether ONNX Runtime's threads keep their cores busy while they wait for work, within a run and for a while after
   * it. A run may begin a little sooner then, on a machine where nothing else needs the cores; the event loop does.
   * Default false, other than ONNX Runtime's own.
   */
  readonly allowSpinning?: boolean;
  /** Whether independent operators run one after the other or at the same time. Default `sequential`. */
  readonly executionMode?: 'sequential' | 'parallel';
  /** How far ONNX Runtime rewrites the model's graph when it loads it. Default `all`. */
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /** Whether memory on the CPU is kept for the next run instead of given back. Default true. */
  readonly enableCpuMemArena?: boolean;
  /** Whether the memory of a run is planned from earlier runs of the same shape. Default true. */
  readonly enableMemPattern?: boolean;
  /** From which severity on ONNX Runtime writes to stderr. Default `warning`. */
  readonly logLevel?: OnnxLogLevel;
}

/** ONNX Runtime's severities, in its order: the index is its number. */
export const ONNX_LOG_LEVELS: readonly OnnxLogLevel[] = ['verbose', 'info', 'warning', 'error', 'fatal'];

/** A severity of ONNX Runtime, from the least to the most serious. */
export type OnnxLogLevel = 'verbose' | 'info' | 'warning' | 'error' | 'fatal';

export const SESSION_OPTION_RULES: ConfigRules<OnnxSessionOptions> = {
  intraOpNumThreads: optional(integerBetween(0, 1024)),
  interOpNumThreads: optional(integerBetween(0, 1024)),
  allowSpinning: optional(trueOrFalse),
  executionMode: optional(oneOf(['sequential', 'parallel'])),
  graphOptimizationLevel: optional(oneOf(['disabled', 'basic', 'extended', 'layout', 'all'])),
  enableCpuMemArena: optional(trueOrFalse),
  enableMemPattern: optional(trueOrFalse),
  logLevel: optional(oneOf(ONNX_LOG_LEVELS)),
};
