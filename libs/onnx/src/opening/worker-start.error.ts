/** A worker was lost before it had opened and tried the model: neither the model nor what runs it need be at fault. */
export class WorkerStartError extends Error {
  /** As stacks and logs show it. */
  override readonly name = 'WorkerStartError';

  /**
   * @param reason What has become of the worker, in words.
   * @param isOverdue Whether it was given up after `startTimeoutMs`.
   */
  constructor(
    readonly reason: string,
    readonly isOverdue: boolean,
    options?: ErrorOptions,
  ) {
    super(`its worker did not start: ${reason}`, options);
  }
}
