import { posix } from 'node:path';
import { readText, type AppTree } from './app-tree.js';
import { findImport } from './import-declaration.js';
import { maskSource } from './mask-source.js';

const CREATED_MODULE = /\bNestFactory\s*\.\s*create\w*\s*(?:<[^(]*>)?\s*\(\s*([\w$]+)/;

/** The file of the module that `main.ts` starts; `app.module.ts` where that cannot be seen. */
export function findRootModule(tree: AppTree, sourceRoot: string): string {
  const main = readText(tree, mainFile(sourceRoot)) ?? '';
  const [, name] = CREATED_MODULE.exec(maskSource(main)) ?? [];
  const specifier = name === undefined ? undefined : findImport(main, name);
  const path = posix.join(sourceRoot, specifier?.startsWith('.') === true ? specifier : 'app.module');
  return `${path.replace(/\.[jt]s$/, '')}.ts`;
}

/** The module nearest to a folder: one in it, or in one above it, up to the root module. */
export function findNearestModule(tree: AppTree, sourceRoot: string, folder: string): string {
  const root = posix.normalize(sourceRoot);
  for (let at = posix.normalize(folder); at !== root && at.startsWith(root); at = posix.dirname(at)) {
    const file = tree.getDir(at).subfiles.find((name) => name.endsWith('.module.ts'));
    if (file !== undefined) return posix.join(at, file);
  }
  return findRootModule(tree, sourceRoot);
}

/** Whether a module's source says what all batchers have in common. */
export function hasForRoot(source: string): boolean {
  return /\bBatchingModule\s*\.\s*forRoot/.test(maskSource(source));
}

export function mainFile(sourceRoot: string): string {
  return posix.join(sourceRoot, 'main.ts');
}
