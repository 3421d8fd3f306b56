import { Logger } from '@nestjs/common';
import {
  assertMade,
  collectFaults,
  separateBatching,
  soundDefaults,
  type BatchingModuleOptions,
  type StartedProcessor,
} from 'nestjs-batching';
import { InvalidConfigError, resolveConfig, type BatchingConfig } from 'nestjs-batching/core';
import { startAlongside } from 'nestjs-batching/worker';
import { batchingThatFollows } from '../model/batching-that-follows.js';
import { OnnxModel } from '../model/onnx-model.js';
import type { OnnxModelOptions } from '../model/onnx-model-options.js';
import { MODEL_OPTION_NAMES } from '../model/resolve-model-options.js';
import type { OnnxModuleConfig } from './onnx-module-options.js';

/**
 * Loads the model and checks how it is to be batched.
 *
 * @throws InvalidConfigError that lists the faults of both.
 */
export async function loadBatchedModel(
  name: string,
  config: OnnxModuleConfig,
  defaults?: BatchingModuleOptions,
): Promise<StartedProcessor<OnnxModel>> {
  assertMade(`model "${name}"`, config);
  const { batching, modelOptions } = separate(config);
  const inherited = soundDefaults(defaults);
  const batchingCheck = await collectFaults(() =>
    resolveConfig(`model "${name}"`, inherited, withCost(batching, modelOptions)),
  );
  const { maxBatchSize = 1, allowedBatchSizes } = batchingCheck.value ?? {};
  const logger = new Logger('OnnxModel');
  const { value: model, faults } = await collectFaults(() =>
    startAlongside(
      OnnxModel.load(name, {
        // With batching at fault, the model is still looked at: one start shall tell everything.
        warmupBatchSizes: allowedBatchSizes ?? [...new Set([1, maxBatchSize])],
        allowedBatchSizes,
        logger,
        ...modelOptions,
      }),
    ),
  );
  if (model === undefined || batchingCheck.faults.length > 0) {
    await model?.close();
    throw new InvalidConfigError(`model "${name}"`, [...batchingCheck.faults, ...faults]);
  }
  const { metadata } = model;
  if (metadata.fixedBatchSize === 1)
    logger.warn(
      `Model "${name}" takes one row at a time, so that nothing is gained by batching; export it anew.`,
    );
  const follows = batchingThatFollows(metadata, model, { ...inherited, ...batching });
  return { processor: model, batching: { ...follows, ...batching } };
}

function separate(config: OnnxModuleConfig): { batching: BatchingConfig; modelOptions: OnnxModelOptions } {
  const { batching, others } = separateBatching(config, MODEL_OPTION_NAMES);
  // What nobody knows goes to the model, which refuses it by name.
  return { batching, modelOptions: others as OnnxModelOptions };
}

/** A cost that the model will tell counts as given, so that `maxBatchCost` may stand alone. */
function withCost(
  batching: BatchingConfig,
  { dynamicAxes, maxRowsPerRequest }: OnnxModelOptions,
): BatchingConfig {
  const isToldByModel = Object.keys(dynamicAxes ?? {}).length > 0 || (maxRowsPerRequest ?? 1) > 1;
  return isToldByModel ? { costOf: () => 1, ...batching } : batching;
}
