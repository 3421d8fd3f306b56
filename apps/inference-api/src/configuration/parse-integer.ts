/**
 * A number as it stands in the environment or on a command line. Blank is none, though `Number('')` is 0.
 *
 * @param name What sets it, for the message.
 * @throws RangeError that names what sets it, what was received and what is allowed.
 */
export function parseInteger(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name}: received "${text}", expected an integer from ${least} to ${most}`);
}
