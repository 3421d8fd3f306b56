/**
 * Batchers in a health check. Needs `@nestjs/terminus`.
 *
 * @module nestjs-batching/health
 */

export { BatcherHealthIndicator } from './batcher.health.js';
export { BatchingHealthModule } from './batching-health.module.js';
export type { BatchingHealthModuleExtras } from './batching-health.module-definition.js';
export {
  LIVENESS_THRESHOLDS,
  READINESS_THRESHOLDS,
  STARTUP_THRESHOLDS,
  type HealthLevel,
  type HealthLevels,
  type HealthThresholds,
  type HealthThresholdsFactory,
  type ResolvedHealthThresholds,
} from './health-thresholds.js';
