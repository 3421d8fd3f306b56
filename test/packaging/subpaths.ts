import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../architecture/source-files.js';

interface PackageDescription {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly typesVersions: { readonly '*': Readonly<Record<string, readonly string[]>> };
}

export const { exports: packageExports, typesVersions } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'),
) as PackageDescription;

/** What users import: `nestjs-batching`, `nestjs-batching/core`, … */
export const subpaths = Object.keys(packageExports)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => `nestjs-batching${subpath.slice(1)}`);

/** The subpaths of this package that a file of it imports. */
export function importedSubpaths(source: string): string[] {
  return ts
    .preProcessFile(source)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => /^nestjs-batching(?:\/|$)/.test(specifier));
}
