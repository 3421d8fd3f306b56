/** @throws RangeError that names the option, what was received and what is allowed. */
export function parseCounts(option: string, list: string, least = 1): readonly number[] {
  return list.split(',').map((text) => parseCount(option, text, least));
}

/** @throws RangeError that names the option, what was received and what is allowed. */
export function parseCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= least) return count;
  throw new RangeError(`--${option}: received ${text}, expected an integer from ${least}.`);
}

/**
 * @param most `Infinity` where that may be said, too.
 * @throws RangeError that names the option, what was received and what is allowed.
 */
export function parseNumber(option: string, text: string, least: number, most = Number.MAX_VALUE): number {
  const number = Number(text);
  if (number >= least && number <= most) return number;
  throw new RangeError(`--${option}: received ${text}, expected a number from ${least} to ${most}.`);
}
