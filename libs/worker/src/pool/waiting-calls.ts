import { throwIfAborted, type AbortNotice } from 'nestjs-batching/core';

interface Waiting<TPlace> {
  readonly resolve: (place: TPlace) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortNotice | undefined;
  readonly onAborted: () => void;
}

/** Calls for which there is no place at a worker yet, in the order of their coming. */
export class WaitingCalls<TPlace> {
  private readonly waiting = new Set<Waiting<TPlace>>();

  /** Resolves with a place when it is the call's turn. @throws the signal's reason if it is aborted before. */
  wait(signal: AbortNotice | undefined): Promise<TPlace> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const waiting: Waiting<TPlace> = {
        resolve,
        reject,
        signal,
        onAborted: () => this.leave(waiting).reject(signal?.reason),
      };
      this.waiting.add(waiting);
      signal?.addEventListener('abort', waiting.onAborted);
    });
  }

  /** Gives those who have waited longest what `take` gives, until it gives nothing. */
  serve(take: () => TPlace | undefined): void {
    for (const waiting of this.waiting) {
      const place = take();
      if (place === undefined) return;
      this.leave(waiting).resolve(place);
    }
  }

  /** Lets nobody wait any more. */
  rejectAll(error: unknown): void {
    for (const waiting of [...this.waiting]) this.leave(waiting).reject(error);
  }

  private leave(waiting: Waiting<TPlace>): Waiting<TPlace> {
    this.waiting.delete(waiting);
    waiting.signal?.removeEventListener('abort', waiting.onAborted);
    return waiting;
  }
}
