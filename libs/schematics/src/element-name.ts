/** A name in the spellings that a file of an app needs. */
export interface ElementName {
  /** `toxic-comment`: files, the route, the batcher. */
  readonly kebab: string;
  /** `ToxicComment`: classes. */
  readonly pascal: string;
}

/** @throws Error if nothing of it can be part of a class's name. */
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
  return { kebab: words.join('-'), pascal };
}
