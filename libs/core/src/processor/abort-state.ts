import type { AbortNotice } from './abort-notice.js';

/**
 * What an `AbortController` is, for what is made thousands of times a second: it costs next to nothing. Its signal is
 * made only for who asks for it.
 */
export class AbortState implements AbortNotice {
  /** Whether it is aborted. */
  aborted = false;
  private listeners: readonly (() => void)[] = NONE;
  private controller: AbortController | undefined;

  /** The same as a signal; one, made when it is first asked for. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort();
    return this.controller.signal;
  }

  get reason(): unknown {
    return this.aborted ? (this.signal.reason as unknown) : undefined;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners = [...this.listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }

  /** Tells its signal and its listeners, once. What one of them throws reaches nobody but the process. */
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.controller?.abort();
    const { listeners } = this;
    this.listeners = NONE;
    for (const listener of listeners) callSafely(listener);
  }
}

const NONE: readonly never[] = [];

/** As signals do it: whoever aborts is not to blame, and the others shall hear of it. */
function callSafely(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
