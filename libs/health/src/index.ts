export { BatcherHealthIndicator } from './batcher.health.js';
export { BatchingHealthModule } from './batching-health.module.js';
