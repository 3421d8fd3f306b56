import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { HealthThresholds } from './health-thresholds.js';

/** Where the thresholds lie that count for every check. */
export const BATCHING_HEALTH_DEFAULTS = Symbol('BATCHING_HEALTH_DEFAULTS');

/** What Nest must know before it makes anything. */
export interface BatchingHealthModuleExtras {
  /** Whether the thresholds count for the whole app. Default true. */
  isGlobal?: boolean;
}

const EXTRAS: BatchingHealthModuleExtras = { isGlobal: true };

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<HealthThresholds>({ optionsInjectionToken: BATCHING_HEALTH_DEFAULTS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createHealthThresholds')
    .setExtras(EXTRAS, (definition, { isGlobal = true }) => ({
      ...definition,
      global: isGlobal,
      exports: [BATCHING_HEALTH_DEFAULTS],
    }))
    .build();
