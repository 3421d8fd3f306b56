import type { BatchContext } from './batch-processor.js';

/** What of an `AbortSignal` it takes to learn that nobody waits any more; each of them is one. */
export interface AbortNotice {
  /** Whether nobody waits any more. */
  readonly aborted: boolean;
  /** Why, once it is aborted; mostly an `AbortError`. */
  readonly reason: unknown;
  /** The listener is called when it is aborted; not if it is already. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** The listener is not called any more. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The cheapest that a batch's context has for it: one that was made by hand may have its signal only. */
export function abortNoticeOf(context: BatchContext): AbortNotice {
  return context.abortNotice ?? context.signal;
}

/** @throws the notice's reason if it is aborted. */
export function throwIfAborted(notice: AbortNotice | undefined): void {
  if (notice?.aborted === true) throw notice.reason;
}
