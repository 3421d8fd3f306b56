import { findClosing, maskNested, maskSource } from './mask-source.js';

/** What all of `@Module({ … })` that is written out looks like. */
const MODULE_DECORATOR = /@Module\s*\(\s*\{/;

/**
 * Adds an element to the `imports` of the first `@Module()` of a source.
 *
 * @param element As it is to be written; every line after the first is moved to the right by as much as the first.
 * @returns Nothing if the module is not written out (`@Module(metadata)`, `imports: shared`): only its author
 *   knows what is to be done there.
 */
export function addToModuleImports(source: string, element: string): string | undefined {
  const masked = maskSource(source);
  const decorator = MODULE_DECORATOR.exec(masked);
  if (decorator === null) return undefined;
  const start = decorator.index + decorator[0].length - 1;
  const end = findClosing(masked, start);
  if (end === undefined) return undefined;

  const members = maskNested(masked.slice(start + 1, end));
  const key = /(?<![\w.$])imports\b(?:\s*:\s*)?/.exec(members);
  if (key === null) return insertMember(source, start, element);
  const listStart = start + 1 + key.index + key[0].length;
  if (masked[listStart] !== '[') return undefined;
  const listEnd = findClosing(masked, listStart);
  return listEnd === undefined ? undefined : insertElement(source, masked, listStart, listEnd, element);
}

/** There are no imports yet: they come first. */
function insertMember(source: string, objectStart: number, element: string): string {
  const indent = indentAt(source, objectStart) + '  ';
  const rest = source.slice(objectStart + 1);
  const list = `\n${indent}imports: [\n${indent}  ${shift(element, `${indent}  `)},\n${indent}],`;
  const lineEnd = /^[ \t]*\n/.test(rest) ? '' : `\n${indent.slice(2)}`;
  return source.slice(0, objectStart + 1) + list + lineEnd + rest.replace(/^[ \t]+(?=\})/, '');
}

function insertElement(
  source: string,
  masked: string,
  listStart: number,
  listEnd: number,
  element: string,
): string {
  const code = masked.slice(listStart + 1, listEnd);
  const comma = code.trim() === '' || code.trimEnd().endsWith(',') ? '' : ',';
  const isOneLine = !source.slice(listStart, listEnd).includes('\n') && !element.includes('\n');
  if (isOneLine) {
    const before = source.slice(0, listEnd).trimEnd() + comma;
    return `${before}${code.trim() === '' ? '' : ' '}${element}${source.slice(listEnd)}`;
  }
  const indent = indentAt(source, listStart);
  // The comma belongs behind the last element, which a comment may follow.
  const lastElementEnd = listStart + 1 + code.trimEnd().length;
  const kept = source.slice(0, lastElementEnd) + comma + source.slice(lastElementEnd, listEnd).trimEnd();
  const first =
    code.includes('\n') || code.trim() === '' ? kept : splitAt(kept, listStart + 1, `${indent}  `);
  return `${first}\n${indent}  ${shift(element, `${indent}  `)},\n${indent}${source.slice(listEnd)}`;
}

function splitAt(text: string, index: number, indent: string): string {
  return `${text.slice(0, index)}\n${indent}${text.slice(index).trimStart()}`;
}

function indentAt(source: string, index: number): string {
  const lineStart = source.lastIndexOf('\n', index - 1) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart))?.[0] ?? '';
}

function shift(element: string, indent: string): string {
  return element.replaceAll('\n', `\n${indent}`);
}
