import { BatchingError } from './batching-error.js';

/** Where a request was when its time ran out. */
export type DeadlinePhase = 'admission' | 'queue' | 'execution';

const WHERE: Record<DeadlinePhase, string> = {
  admission: 'before it was accepted',
  queue: 'while it waited in the queue; it never reached the processor',
  execution: 'while its batch was running; its result is dropped',
};

/** Why a request was refused although its time had not run out yet. */
export interface DeadlineForecast {
  /** How long the answer was expected to take, in milliseconds. */
  readonly expectedMs: number;
  /**
   * When such a request would make it if nobody else came, and those who wait now have been served; in milliseconds.
   * Undefined if it never would.
   */
  readonly retryAfterMs: number | undefined;
}

/** The caller's time (`timeoutMs`) was over before there was an answer. */
export class DeadlineExceededError extends BatchingError {
  readonly code = 'DEADLINE_EXCEEDED';
  /** Only what was refused at admission cost nothing and may be tried again elsewhere or later. */
  readonly isRetryable: boolean;
  /**
   * At admission: when such a request had better be tried again, in milliseconds. Absent if even a batch of its own
   * would take longer than it may.
   */
  declare readonly retryAfterMs?: number;

  /**
   * Says what was allowed, and where the request was when that was over.
   *
   * @param batcherName For the message.
   * @param forecast Why the request was refused before its time was over; only at admission.
   */
  constructor(
    batcherName: string,
    /** Where the request was: not yet accepted, in the queue, or in a running batch. */
    readonly phase: DeadlinePhase,
    /** The time that the caller allowed, in milliseconds. */
    readonly timeoutMs: number,
    forecast?: DeadlineForecast,
  ) {
    super(describe(batcherName, phase, timeoutMs, forecast));
    this.isRetryable = phase === 'admission';
    if (forecast?.retryAfterMs !== undefined) this.retryAfterMs = forecast.retryAfterMs;
  }
}

function describe(
  batcherName: string,
  phase: DeadlinePhase,
  timeoutMs: number,
  forecast?: DeadlineForecast,
): string {
  if (forecast === undefined)
    return `Batcher "${batcherName}": the request's ${timeoutMs} ms ran out ${WHERE[phase]}.`;
  const { expectedMs, retryAfterMs } = forecast;
  return (
    `Batcher "${batcherName}" refused the request: its answer is expected to take ${Math.ceil(expectedMs)} ms, and ` +
    `timeoutMs allows ${timeoutMs}. ` +
    (retryAfterMs === undefined
      ? 'Allow more: alone in a batch it would be too late as well.'
      : `Allow more, or try again in about ${retryAfterMs} ms.`)
  );
}
