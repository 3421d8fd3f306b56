import { BatchingError } from 'nestjs-batching/core';

/** The worker that runs the model has ended although nobody asked it to; what it was running is lost. */
export class ModelHostEndedError extends BatchingError {
  readonly code = 'MODEL_HOST_ENDED';
  /** The request is not at fault: another instance may answer it. */
  readonly isRetryable = true;

  constructor(modelName: string, reason: string) {
    super(`Model "${modelName}" cannot run any more: ${reason}. Restart the application.`);
  }
}
