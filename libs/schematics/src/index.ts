export { addBatchingModule, type AddOptions } from './add-batching-module.js';
export type { AppTree, SchematicContext } from './app-tree.js';
export { generateProcessor, type ProcessorOptions } from './generate-processor.js';
