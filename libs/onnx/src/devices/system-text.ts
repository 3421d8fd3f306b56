import { readFileSync } from 'node:fs';

/** Reads a small file as text; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** What the kernel says in a file, if this is a system that has it. */
export function readSystemText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
