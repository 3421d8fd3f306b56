import { InvalidConfigError } from 'nestjs-batching/core';

/**
 * What to say where something needs the batchers of an app that has none.
 *
 * @param askedBy What needs them: `@Batched()`.
 */
export function noBatchingModuleError(askedBy: string): InvalidConfigError {
  const problem =
    'no module of the app imports it; add BatchingModule.forRoot() to the imports of the root module, or of the testing module';
  return new InvalidConfigError(askedBy, [{ field: 'BatchingModule', problem }]);
}
