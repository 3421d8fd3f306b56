/**
 * A whole app's batchers in virtual time, or on processors of a test.
 *
 * @module nestjs-batching/nest-testing
 */

export { BatchingTestingModule } from './batching-testing.module.js';
export type { BatchingTestingOptions } from './batching-testing-options.js';
