import { posix } from 'node:path';
import {
  isEsModuleApp,
  readText,
  replaceText,
  type AppTree,
  type Schematic,
  type SchematicContext,
} from './app-tree.js';
import { parseElementName, type ElementName } from './element-name.js';
import { addImport } from './import-declaration.js';
import { maskSource } from './mask-source.js';
import { addToModuleImports } from './module-imports.js';
import { findNearestModule, findRootModule, hasForRoot } from './root-module.js';
import { renderTemplates } from './templates.js';

export interface ProcessorOptions {
  /** The batcher's name, with folders before it if need be: `sentiment`, `models/sentiment`. */
  readonly name: string;
  /** Folder in the sources in which the processor's folder is made. Default: the sources' own. */
  readonly path?: string;
  /** The folder of the app's sources. Default `src`. */
  readonly sourceRoot?: string;
  /** Whether the processor gets no folder of its own. Default false. */
  readonly flat?: boolean;
  /** Whether tests are made. Default true. */
  readonly spec?: boolean;
  /** How a test's file name ends. Default `spec`. */
  readonly specFileSuffix?: string;
  /** Whether the new module is left for the user to import. Default false. */
  readonly skipImport?: boolean;
}

const TEMPLATES = new URL('../processor/templates/', import.meta.url);

/** `nest g -c nestjs-batching processor <name>`: a processor, a batched route, their module, and tests. */
export function generateProcessor(options: ProcessorOptions): Schematic {
  const { sourceRoot = 'src', path = '', flat = false, spec = true, skipImport = false } = options;
  const name = parseElementName(posix.basename(options.name));
  const parent = posix.join(sourceRoot, path, posix.dirname(options.name));
  const folder = flat ? parent : posix.join(parent, name.kebab);
  return (tree, context) => {
    const extension = isEsModuleApp(tree) ? '.js' : '';
    const specFileSuffix = options.specFileSuffix ?? 'spec';
    const files = renderTemplates(TEMPLATES, { ...name, extension, specFileSuffix });
    for (const file of files) {
      if (spec || !file.name.endsWith(`.${specFileSuffix}.ts`))
        tree.create(posix.join(folder, file.name), file.text);
    }
    if (!skipImport)
      importModule(tree, context, findParentModule(tree, sourceRoot, parent, name), folder, name);
    adviseForRoot(tree, context, findRootModule(tree, sourceRoot));
  };
}

/** Without `forRoot` nobody looks for processors; it may stand where it is not to be seen. */
function adviseForRoot(tree: AppTree, { logger }: SchematicContext, rootModule: string): void {
  if (hasForRoot(readText(tree, rootModule) ?? '')) return;
  logger.warn(
    `${rootModule} has no BatchingModule.forRoot(), which the app needs once: add it, or run "nest add nestjs-batching".`,
  );
}

/** A flat processor's own module lies beside its parent, and is none. */
function findParentModule(tree: AppTree, sourceRoot: string, parent: string, { kebab }: ElementName): string {
  const found = findNearestModule(tree, sourceRoot, parent);
  return found === posix.join(parent, `${kebab}.module.ts`)
    ? findNearestModule(tree, sourceRoot, posix.dirname(parent))
    : found;
}

function importModule(
  tree: AppTree,
  { logger }: SchematicContext,
  modulePath: string,
  folder: string,
  { kebab, pascal }: ElementName,
): void {
  const className = `${pascal}Module`;
  const source = readText(tree, modulePath);
  if (source !== undefined && new RegExp(`\\b${className}\\b`).test(maskSource(source))) {
    logger.warn(`${modulePath} has a ${className} already; if it is another one, import this one by hand.`);
    return;
  }
  const extended = source === undefined ? undefined : addToModuleImports(source, className);
  if (extended === undefined) {
    logger.warn(`${modulePath} has no @Module({ imports: […] }) to add to; import ${className} by hand.`);
    return;
  }
  const relative = posix.join(posix.relative(posix.dirname(modulePath), folder), `${kebab}.module`);
  const extension = isEsModuleApp(tree) ? '.js' : '';
  const specifier = `${relative.startsWith('.') ? '' : './'}${relative}${extension}`;
  replaceText(tree, modulePath, addImport(extended, className, specifier));
}
