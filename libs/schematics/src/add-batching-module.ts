import {
  readInstalledVersion,
  readText,
  replaceText,
  type AppTree,
  type Schematic,
  type SchematicContext,
} from './app-tree.js';
import { addImport } from './import-declaration.js';
import { jestAdvice } from './jest-advice.js';
import { addToModuleImports } from './module-imports.js';
import { findRootModule, hasForRoot, mainFile } from './root-module.js';
import { addShutdownHooks, shutdownHooksCall } from './shutdown-hooks.js';

export interface AddOptions {
  /** The folder of the app's sources. Default `src`. */
  readonly sourceRoot?: string;
  /** The file of the root module. Default: that of the module which `main.ts` starts. */
  readonly module?: string;
  /** Whether `main.ts` is to enable the shutdown hooks. Default true. */
  readonly shutdownHooks?: boolean;
}

/** What a batcher starts from anyway, written out where it is changed. */
const MODULE = `BatchingModule.forRoot({
  maxBatchSize: 32, // most requests in one call of a processor
  maxQueueSize: 1024, // most that wait; one more is answered with 503
  maxWaitTimeMs: 5, // how long a request that could run may wait for others
})`;

/** `nest add nestjs-batching`: imports `BatchingModule` in the root module, and lets the app end in order. */
export function addBatchingModule({
  sourceRoot = 'src',
  module,
  shutdownHooks = true,
}: AddOptions): Schematic {
  return (tree, context) => {
    importModule(tree, context, module ?? findRootModule(tree, sourceRoot));
    if (shutdownHooks) enableHooks(tree, context, mainFile(sourceRoot));
    const advice = jestAdvice(tree, sourceRoot);
    if (advice !== undefined) context.logger.warn(advice);
  };
}

function importModule(tree: AppTree, { logger }: SchematicContext, path: string): void {
  const source = readText(tree, path);
  if (source === undefined) {
    throw new Error(`There is no ${path}. Say which file has your root module: --module=src/app.module.ts`);
  }
  if (hasForRoot(source)) {
    logger.info(`${path} has BatchingModule.forRoot() already.`);
    return;
  }
  const extended = addToModuleImports(source, MODULE);
  if (extended === undefined) {
    logger.warn(`${path} has no @Module({ imports: […] }) to add to; add this by hand:\n${MODULE}`);
    return;
  }
  replaceText(tree, path, addImport(extended, 'BatchingModule', 'nestjs-batching'));
}

function enableHooks(tree: AppTree, { logger }: SchematicContext, path: string): void {
  const source = readText(tree, path);
  const nestVersion = readInstalledVersion(tree, '@nestjs/core');
  const extended = source === undefined ? undefined : addShutdownHooks(source, nestVersion);
  if (extended === undefined) {
    logger.warn(
      `Where ${path} would create the app is not to be seen; add this behind it by hand:\n` +
        shutdownHooksCall('app', nestVersion),
    );
  } else if (extended !== source) {
    replaceText(tree, path, extended);
  }
}
