/** What is behind a promise: who has these two decides how it ends. */
export interface Settlers {
  settleResponse: (answer: never) => void;
  settleError: (error: unknown) => void;
}

/**
 * A promise that is settled from outside, by what `settlers` holds from now on. A promise runs its executor before its
 * constructor returns, so one executor serves all of them, and a request costs no closure.
 */
export function createPromise<TAnswer>(settlers: Settlers): Promise<TAnswer> {
  // Only one store into what lives long: those of what is young into it are what the garbage collector must be told.
  latestSettlers = settlers;
  const promise = new Promise<TAnswer>(captureSettlers);
  latestSettlers = NOBODY;
  return promise;
}

/** Stands for settlers that are not known yet. */
export function doNothing(): void {
  // Never called: a promise is made before anybody can settle it.
}

const NOBODY: Settlers = { settleResponse: doNothing, settleError: doNothing };
let latestSettlers = NOBODY;

function captureSettlers(resolve: (answer: never) => void, reject: (error: unknown) => void): void {
  latestSettlers.settleResponse = resolve;
  latestSettlers.settleError = reject;
}
