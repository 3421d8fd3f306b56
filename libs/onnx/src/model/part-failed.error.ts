import { BatchProcessingError, describeThrown } from 'nestjs-batching/core';

/** Some requests of a batch have failed while the others ran. To callers it is any other `BatchProcessingError`. */
export class PartFailedError extends BatchProcessingError {
  override readonly name = 'BatchProcessingError';

  /**
   * @param modelName By this name the batcher is known, too, as far as the model knows.
   * @param batchId Number of the batch, counted from 1.
   * @param failed How many of the batch's requests have failed together.
   * @param batchSize How many requests the batch held.
   * @param cause Why; its message names the model.
   */
  constructor(modelName: string, batchId: number, failed: number, batchSize: number, cause: Error) {
    super(modelName, batchId, batchSize, cause);
    this.message = `${describeThrown(cause)} (${failed} of the ${batchSize} requests of batch ${batchId})`;
  }
}
