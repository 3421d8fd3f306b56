import { round } from '../measuring/round.js';

/** Where a value lies along an axis, and which values are worth a mark. */
export interface Scale {
  /** From 0 at the start of the axis to 1 at its end; beyond that for values that lie outside. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

const MOST_TICKS = 7;

export function linearScale(least: number, most: number): Scale {
  const step = niceStep((most - least) / MOST_TICKS);
  const ticks: number[] = [];
  for (let count = Math.ceil(least / step); count * step <= most + step / 1e6; count += 1)
    ticks.push(count * step);
  return { place: (value) => (value - least) / (most - least), ticks };
}

/** Both ends must be above 0; what is not lies at the start of the axis. */
export function logScale(least: number, most: number): Scale {
  const span = Math.log(most / least);
  const decades = span / Math.LN10;
  const multiples = decades < 1.5 ? [1, 2, 3, 4, 5, 7] : decades < 3 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most; decade *= 10) {
    for (const multiple of multiples) ticks.push(decade * multiple);
  }
  return {
    place: (value) => (value > 0 ? Math.log(value / least) / span : 0),
    ticks: ticks.filter((tick) => tick >= least / 1.001 && tick <= most * 1.001),
  };
}

/** A number as short as it can be read: 0.05, 20, 1.5k. */
export function formatTick(value: number): string {
  const rounded = round(value, 3);
  return Math.abs(rounded) >= 1000 ? `${rounded / 1000}k` : String(rounded);
}

/** The next step of 1, 2 or 5 times a power of ten. */
function niceStep(roughStep: number): number {
  const power = 10 ** Math.floor(Math.log10(roughStep));
  const multiple = [1, 2, 5, 10].find((candidate) => candidate * power >= roughStep * 0.999) ?? 10;
  return multiple * power;
}
