import { BatchingError } from './batching-error.js';

/** One fault of a configuration. */
export interface ConfigFault {
  /** The option at fault, as it is written in the configuration. */
  readonly field: string;
  /** What is wrong: what came, what is allowed. */
  readonly problem: string;
}

/** The configuration is wrong. Lists every fault, so that one start is enough to mend them all. */
export class InvalidConfigError extends BatchingError {
  readonly code = 'INVALID_CONFIG';
  readonly isRetryable = false;

  /** What was being configured, as a noun phrase: `batcher "digits"`. */
  declare readonly subject: string;
  /** Every fault that was found, at least one. */
  declare readonly faults: readonly ConfigFault[];

  /** The message lists the faults, one a line. */
  constructor(subject: string, faults: readonly ConfigFault[]) {
    super(
      `Invalid configuration of ${subject}:\n` +
        faults.map(({ field, problem }) => `  - ${field}: ${problem}`).join('\n'),
    );
    // The message says it all; loggers print what is enumerable below it once more.
    Object.defineProperties(this, { subject: { value: subject }, faults: { value: faults } });
  }
}
