import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../architecture/source-files.js';

/** A fenced block of a document. */
export interface CodeBlock {
  /** What stands behind the fence: `ts`, `sh`, `text`, … */
  readonly language: string;
  readonly text: string;
  /** The file of the reader's app that it is the whole of, as a comment in its first line says. */
  readonly path?: string | undefined;
}

const BLOCK = /^```(\S*)\n(.*?)^```/gms;
const PATH_COMMENT = /^\/\/ (\S+\.ts)\n/;

/** @param document Its path, counted from the project's root. */
export function readDocument(document: string): string {
  return readFileSync(join(PROJECT_ROOT, document), 'utf8');
}

/** The blocks of a document, or of a part of it, in their order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(([, language = '', text = '']) => ({
    language,
    text,
    path: PATH_COMMENT.exec(text)?.[1],
  }));
}
