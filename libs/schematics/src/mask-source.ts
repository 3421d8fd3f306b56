/** Comments, strings, templates, and regular expressions (a slash where a value may begin). */
const OPAQUE = new RegExp(
  [
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`\/\/[^\n]*`,
    String.raw`'(?:\\.|[^'\\\n])*'`,
    String.raw`"(?:\\.|[^"\\\n])*"`,
    '`(?:\\\\[\\s\\S]|[^`\\\\])*`',
    String.raw`(?<=[(,=:[!&|?{};]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/`,
  ].join('|'),
  'g',
);

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * The source with blanks for everything that is not code. It has the length of the source, so a place in it is
 * the same place there; a bracket in it is a bracket.
 */
export function maskSource(source: string): string {
  return source.replaceAll(OPAQUE, blank);
}

/** The code with blanks for whatever stands behind an opening bracket, up to and with the closing one. */
export function maskNested(code: string): string {
  let depth = 0;
  return [...code]
    .map((character) => {
      const isOutside = depth === 0;
      if (character in CLOSING) depth += 1;
      if (Object.values(CLOSING).includes(character)) depth -= 1;
      return isOutside ? character : blank(character);
    })
    .join('');
}

/** Where the bracket ends that opens at `start` of a masked source; nothing if it does not. */
export function findClosing(masked: string, start: number): number | undefined {
  const expected: string[] = [];
  for (let index = start; index < masked.length; index++) {
    const character = masked[index] ?? '';
    const closing = CLOSING[character];
    if (closing !== undefined) expected.push(closing);
    else if (character === expected.at(-1)) expected.pop();
    if (expected.length === 0) return index;
  }
  return undefined;
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}
