import { InvalidRequestError } from 'nestjs-batching/core';

/** Runs in a worker: as slow as it likes, it does not hold up the server. */
export function createProcessor({ longestText }) {
  return {
    processBatch: (texts) =>
      texts.map((text) =>
        text.length > longestText
          ? new InvalidRequestError(`a text of ${text.length} characters; at most ${longestText} are allowed`)
          : text.split(/\s+/).filter((word) => word !== '').length,
      ),
    // Called when the app closes, after the last batch.
    close: () => undefined,
  };
}
