/** Rounded to so many significant digits: more of them would only tell of the machine's mood. */
export function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
