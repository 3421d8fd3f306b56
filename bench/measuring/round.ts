/** To so many digits: more of them would say nothing but how the machine felt. */
export function round(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
