import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A source file of the project; its path counts from the project's root and has forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** What it imports, word for word. */
  readonly imports: readonly string[];
}

/**
 * Every TypeScript file under a folder, with or without its tests; with `withJavaScript`, also what needs no compiler.
 */
export function readSourceFiles(
  folder: string,
  { withTests, withJavaScript = false }: { withTests: boolean; withJavaScript?: boolean },
): SourceFile[] {
  const extension = withJavaScript ? /\.[jt]s$/ : /\.ts$/;
  return readdirSync(join(PROJECT_ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extension.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(PROJECT_ROOT.length).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/') && (withTests || !path.endsWith('.spec.ts')))
    .map((path) => {
      const text = readFileSync(join(PROJECT_ROOT, path), 'utf8');
      return { path, text, imports: ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName) };
    });
}
