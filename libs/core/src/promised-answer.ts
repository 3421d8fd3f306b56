/** What is behind a promise: who has these two decides how it ends. */
export interface Settlers {
  resolve: (answer: never) => void;
  reject: (error: unknown) => void;
}

/** The settlers of the promise that was made last. Read at once: the next promise writes over them. */
export const lastSettlers: Settlers = { resolve: doNothing, reject: doNothing };

/**
 * A promise that is settled from outside, by `lastSettlers`. A promise runs its executor before its constructor
 * returns, so one executor serves all of them, and a request costs no closure.
 */
export function createPromise<TAnswer>(): Promise<TAnswer> {
  return new Promise(captureSettlers);
}

function captureSettlers(resolve: (answer: never) => void, reject: (error: unknown) => void): void {
  lastSettlers.resolve = resolve;
  lastSettlers.reject = reject;
}

function doNothing(): void {
  // Never called: a promise has been made before anybody looks.
}
