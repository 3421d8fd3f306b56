import { BatchingError } from './batching-error.js';

/** Where a request was when its time ran out. */
export type DeadlinePhase = 'admission' | 'queue' | 'execution';

const WHERE: Record<DeadlinePhase, string> = {
  admission: 'before it was accepted',
  queue: 'while it waited in the queue; it never reached the processor',
  execution: 'while its batch was running; its result is dropped',
};

/** The caller's time (`timeoutMs`) was over before there was an answer. */
export class DeadlineExceededError extends BatchingError {
  readonly code = 'DEADLINE_EXCEEDED';
  /** Only what was refused at admission cost nothing and may be tried again elsewhere or later. */
  readonly isRetryable: boolean;

  constructor(
    batcherName: string,
    /** Where the request was: not yet accepted, in the queue, or in a running batch. */
    readonly phase: DeadlinePhase,
    /** The time that the caller allowed, in milliseconds. */
    readonly timeoutMs: number,
  ) {
    super(`Batcher "${batcherName}": the request's ${timeoutMs} ms ran out ${WHERE[phase]}.`);
    this.isRetryable = phase === 'admission';
  }
}
