import { codeBlocks, readDocument, type CodeBlock } from '../docs/code-blocks.js';

/** One of the numbered steps of a guide, as a reader goes through it. */
export interface GuideStep {
  /** `1. Make an app` */
  readonly title: string;
  readonly parts: readonly GuidePart[];
}

/** What one block of a step asks of the reader, or promises. */
export type GuidePart =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly commands: readonly string[] }
  /** Lines that one sees, in this order, perhaps with others between them. */
  | { readonly kind: 'promise'; readonly lines: readonly string[] };

/**
 * The steps under a document's heading.
 *
 * @throws Error if they are not numbered from 1 on, or if one holds a block that a test could not follow.
 */
export function readGuide(document: string, heading: string): GuideStep[] {
  const sections = readDocument(document).split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [, ...steps] = section.split(/^### /m);
  return steps.map((text, index) => {
    const title = text.slice(0, text.indexOf('\n'));
    if (!title.startsWith(`${index + 1}. `)) {
      throw new Error(`${document}: received the step "${title}", expected number ${index + 1}.`);
    }
    return { title, parts: codeBlocks(text).map((block) => toPart(block, title)) };
  });
}

function toPart({ language, text, path }: CodeBlock, title: string): GuidePart {
  if (language === 'ts' && path !== undefined) return { kind: 'file', path, text };
  if (language === 'sh') return { kind: 'commands', commands: linesOf(text) };
  if (language === 'text') return { kind: 'promise', lines: linesOf(text) };
  throw new Error(
    `Step "${title}" has a block of "${language}", expected "sh", "text", or "ts" with its path in the first line.`,
  );
}

/** A line that ends with a backslash goes on in the next. */
function linesOf(text: string): string[] {
  const whole = text.replaceAll('\\\n', '');
  return whole.split('\n').filter((line) => line !== '');
}

/**
 * The first promised line that was not printed; nothing if all were, in their order. In a promise `…` stands for
 * anything, and spaces at both ends of a line do not count.
 */
export function findBrokenPromise(lines: readonly string[], printed: string): string | undefined {
  const rest = printed.split('\n').map((line) => line.trim());
  return lines.find((line) => {
    const index = rest.findIndex((candidate) => patternOf(line).test(candidate));
    rest.splice(0, index + 1);
    return index === -1;
  });
}

function patternOf(line: string): RegExp {
  const literals = line
    .split('…')
    .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join('.*').trim()}$`);
}
