import { describeValue } from './describe-value.js';
import { InvalidConfigError } from './invalid-config.error.js';
import { isRecord } from './is-record.js';

/**
 * Looks at what was given as options: whoever writes JavaScript may give anything, such as a number that was meant as
 * one of them.
 *
 * @param subject What is configured, for the message: `model "digits"`.
 * @param received What was given.
 * @param expected What would do, for the message: `an object with the model's path`.
 * @throws InvalidConfigError if it is no object.
 */
export function assertObject(
  subject: string,
  received: unknown,
  expected: string,
): asserts received is Readonly<Record<string, unknown>> {
  if (isRecord(received)) return;
  const problem = `received ${describeValue(received)}, expected ${expected}`;
  throw new InvalidConfigError(subject, [{ field: 'options', problem }]);
}
