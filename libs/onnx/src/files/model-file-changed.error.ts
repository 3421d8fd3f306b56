/** A model's file is not any more what it was when it was loaded. The message names it and says what to do. */
export class ModelFileChangedError extends Error {
  /** As stacks and logs show it. */
  override readonly name = 'ModelFileChangedError';

  /** @param change What has become of the file: `has changed`. */
  constructor(
    readonly path: string,
    readonly change: string,
  ) {
    super(
      `"${path}" ${change} since the model was loaded from it; call reload() to serve what is there now, or put ` +
        'back what was there',
    );
  }
}
