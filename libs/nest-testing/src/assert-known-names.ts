import { InvalidConfigError, nearestName } from 'nestjs-batching';

/**
 * Looks whether every processor of a test is meant for a batcher of the app: one that is not replaces nothing.
 *
 * @param names By which the test gives processors.
 * @param isKnown Whether a batcher may have that name.
 * @param batchers Those of the app, for the message.
 * @throws InvalidConfigError that names each that is not, and the batcher that is probably meant.
 */
export function assertKnownNames(
  names: readonly string[],
  isKnown: (name: string) => boolean,
  batchers: readonly string[],
): void {
  const unknown = names.filter((name) => !isKnown(name));
  if (unknown.length === 0) return;
  const there =
    batchers.length === 0 ? 'the app has no batcher' : `the app's batchers are ${batchers.join(', ')}`;
  throw new InvalidConfigError(
    'BatchingTestingModule.forRoot()',
    unknown.map((name) => ({ field: `processors.${name}`, problem: `${there}${adviceFor(name, batchers)}` })),
  );
}

function adviceFor(name: string, batchers: readonly string[]): string {
  const meant = nearestName(name, batchers);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
