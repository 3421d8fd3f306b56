/** What has become of a promise so far. */
export class WatchedPromise<T> {
  isSettled = false;
  response: T | undefined;
  error: unknown;

  constructor(promise: Promise<T>) {
    promise.then(
      (response) => {
        this.isSettled = true;
        this.response = response;
      },
      (error: unknown) => {
        this.isSettled = true;
        this.error = error;
      },
    );
  }
}
