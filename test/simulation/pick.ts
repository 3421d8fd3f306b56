import type { SeededRandom } from 'nestjs-batching/testing';

/** One of them, each as likely as the others. */
export function pick<const Item>(random: SeededRandom, items: readonly [Item, ...Item[]]): Item {
  return items[random.integer(items.length)] ?? items[0];
}
