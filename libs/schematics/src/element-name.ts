/** A name in the spellings that a file of an app needs. */
export interface ElementName {
  /** `toxic-comment`: files, the route, the batcher. */
  readonly kebab: string;
  /** `ToxicComment`: classes. */
  readonly pascal: string;
}

/** Its processor would be called as the decorator is that its file imports. */
const TAKEN = 'Batch';

/** @throws Error if nothing of it can be part of a class's name, or if the class would be called as another one. */
export function parseElementName(name: string): ElementName {
  const words = name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (!/^\p{L}/u.test(pascal)) {
    throw new Error(`The name of a processor begins with a letter; received "${name}".`);
  }
  if (pascal === TAKEN) {
    throw new Error(
      `"${name}" would make a class BatchProcessor, as the decorator is called; take another name.`,
    );
  }
  return { kebab: words.join('-'), pascal };
}
