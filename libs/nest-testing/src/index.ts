export { BatchingTestingModule } from './batching-testing.module.js';
export type { BatchingTestingOptions } from './batching-testing-options.js';
