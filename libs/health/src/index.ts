export { BatcherHealthIndicator } from './batcher.health.js';
export { BatchingHealthModule } from './batching-health.module.js';
export {
  LIVENESS_THRESHOLDS,
  READINESS_THRESHOLDS,
  STARTUP_THRESHOLDS,
  type HealthLevel,
  type HealthLevels,
  type HealthThresholds,
  type ResolvedHealthThresholds,
} from './health-thresholds.js';
