/** Each call gives the next number of a sequence, from 0 up to but not including 1. */
export type Random = () => number;

/**
 * A sequence of pseudo-random numbers; the same seed always gives the same one, in every JavaScript engine.
 * For drawings, training and tests; not for secrets.
 * Not `SeededRandom` of `nestjs-batching/testing`: the page draws with this one, and a browser finds no packages.
 *
 * Counter with a mixing function after Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"
 * (OOPSLA 2014), with 32-bit state and Chris Wellons' `lowbias32` constants.
 *
 * @param seed any integer; its lowest 32 bits count
 */
export function createRandom(seed: number): Random {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let mixed = counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** A number spread evenly from `least` to `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + (most - least) * random();
}

/** One of the items, each as likely as the others. @throws RangeError where there are none */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}

/** A number from a bell curve around 0 with standard deviation 1 (Box and Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The items in random order (Fisher and Yates), in a new array. */
export function shuffled<Item>(random: Random, items: Iterable<Item>): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
}
