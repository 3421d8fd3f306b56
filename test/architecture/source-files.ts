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
  /** Those of which something is left when the program runs: not types alone. */
  readonly valueImports: readonly string[];
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
      const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
      return { path, text, imports, valueImports: valueImportsOf(text) };
    });
}

function valueImportsOf(text: string): string[] {
  const { statements } = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest);
  return statements
    .filter((statement) => ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))
    .filter((statement) => !isOfTypes(statement))
    .flatMap(({ moduleSpecifier }) =>
      moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? [moduleSpecifier.text] : [],
    );
}

function isOfTypes(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
  const { importClause } = statement;
  if (importClause === undefined) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  const isNamed = namedBindings !== undefined && ts.isNamedImports(namedBindings);
  return name === undefined && isNamed && namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}
