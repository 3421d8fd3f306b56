import { fileURLToPath } from 'node:url';

import {
  arrayOf,
  checkConfig,
  describeValue,
  integerBetween,
  isRecord,
  optional,
  trueOrFalse,
  type ConfigFault,
  type ConfigRules,
} from 'nestjs-batching/core';
import {
  checkWorkerOptions,
  fileLocationOf,
  loggerRule,
  neverThrowing,
  processWarnings,
  resolveWorkerOptions,
  toFileUrl,
  withWorkerNumbers,
  WORKER_OPTION_RULES,
  type ResolvedWorkerOptions,
  type WorkerOptions,
} from 'nestjs-batching/worker';

import { hasDevices } from '../devices/device.js';
import { checkExecutionProviders, type ExecutionProviderConfig } from '../devices/execution-provider.js';
import type { OnnxLogger } from './onnx-logger.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import type { OnnxRow } from '../rows/onnx-row.js';
import { SESSION_OPTION_RULES, type OnnxSessionOptions } from '../devices/session-options.js';
import { checkDeclaredTensors, type DeclaredTensors } from '../signature/declared-tensor.js';
import { checkDynamicAxisOptions, type DynamicAxesOptions } from '../signature/dynamic-axis.js';

/** A model's options with every field decided. */
export interface ResolvedModelOptions {
  /** Absolute; undefined where none was given. */
  readonly path: string | undefined;
  readonly executionProviders: readonly ExecutionProviderConfig[];
  /** Whether those of them are passed over that run on the CPU. */
  readonly requireGpu: boolean;
  readonly devices: readonly number[] | undefined;
  readonly workers: ResolvedWorkerOptions;
  readonly inputs: DeclaredTensors | undefined;
  readonly outputs: DeclaredTensors | undefined;
  readonly dynamicAxes: DynamicAxesOptions;
  readonly maxRowsPerRequest: number;
  readonly allowedBatchSizes: readonly number[] | undefined;
  readonly warmupBatchSizes: readonly number[];
  readonly warmupRow: OnnxRow | undefined;
  readonly session: OnnxSessionOptions;
  readonly logger: OnnxLogger;
}

export interface ModelOptionsCheck {
  readonly faults: readonly ConfigFault[];
  /** What is left of the options without their faults: enough to look for the model's own. */
  readonly options: ResolvedModelOptions;
}

const LARGEST_BATCH = 65_536;

const RULES: ConfigRules<OnnxModelOptions> = {
  ...WORKER_OPTION_RULES,
  path: fileLocationOf("the model's file"),
  // These are looked at one by one below, for faults that say which entry is meant.
  executionProviders: () => undefined,
  inputs: () => undefined,
  outputs: () => undefined,
  dynamicAxes: () => undefined,
  session: () => undefined,
  requireGpu: optional(trueOrFalse),
  devices: optional(arrayOf(integerBetween(0, 1023))),
  maxRowsPerRequest: optional(integerBetween(1, LARGEST_BATCH)),
  allowedBatchSizes: optional(arrayOf(integerBetween(1, LARGEST_BATCH))),
  warmupBatchSizes: optional(listOfBatchSizes),
  // Held against the model when that is open, as a request is.
  warmupRow: () => undefined,
  logger: optional(loggerRule),
};

/** The names of all options of a model. */
export const MODEL_OPTION_NAMES: readonly string[] = Object.keys(RULES);

/** Decides every option, and lists everything that is wrong with them as far as they tell by themselves. */
export function resolveModelOptions(given: OnnxModelOptions): ModelOptionsCheck {
  const received = withWorkerNumbers(given);
  const { faults, isValid } = checkConfig<OnnxModelOptions>({ ...received }, RULES);
  const providers = checkExecutionProviders(received.executionProviders);
  const inputs = checkDeclaredTensors('inputs', received.inputs);
  const outputs = checkDeclaredTensors('outputs', received.outputs);
  const dynamicAxes = checkDynamicAxisOptions(received.dynamicAxes);
  const session = checkSessionOptions(received.session);

  faults.push(...checkWorkerOptions(received, isValid));
  faults.push(...checkDevices(received, providers.executionProviders, isValid));

  return {
    faults: [
      faults,
      ...[providers, inputs, outputs, dynamicAxes, session].map((check) => check.faults),
    ].flat(),
    options: Object.freeze({
      path: isValid('path') ? fileURLToPath(toFileUrl(received.path)) : undefined,
      executionProviders: providers.executionProviders,
      requireGpu: received.requireGpu === true,
      devices: isValid('devices') ? received.devices : undefined,
      workers: resolveWorkerOptions(received as WorkerOptions, isValid),
      inputs: inputs.tensors,
      outputs: outputs.tensors,
      dynamicAxes: dynamicAxes.dynamicAxes,
      maxRowsPerRequest: (isValid('maxRowsPerRequest') ? received.maxRowsPerRequest : undefined) ?? 1,
      allowedBatchSizes: isValid('allowedBatchSizes') ? received.allowedBatchSizes : undefined,
      warmupBatchSizes: isValid('warmupBatchSizes') ? (received.warmupBatchSizes ?? [1]) : [],
      warmupRow: received.warmupRow,
      session: session.options,
      logger: neverThrowing(
        (isValid('logger') ? received.logger : undefined) ?? processWarnings('OnnxModelWarning'),
      ),
    }),
  };
}

/** What `devices` and `requireGpu` have against the execution providers. */
function checkDevices(
  { devices, requireGpu }: OnnxModelOptions,
  executionProviders: readonly ExecutionProviderConfig[],
  isValid: (field: keyof OnnxModelOptions) => boolean,
): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (executionProviders.length === 0) return faults;
  if (requireGpu === true && executionProviders.every(({ name }) => name === 'cpu')) {
    const problem = 'received true, but executionProviders names no GPU; add "cuda", "webgpu" or another one';
    faults.push({ field: 'requireGpu', problem });
  }
  if (devices === undefined || !isValid('devices')) return faults;
  if (new Set(devices).size < devices.length) {
    faults.push({ field: 'devices', problem: `received ${devices.join(', ')}, expected each device once` });
  }
  if (!executionProviders.some(hasDevices)) {
    const problem = `received ${devices.join(', ')}, but none of executionProviders tells devices apart; "cuda", "tensorrt" and "dml" do`;
    faults.push({ field: 'devices', problem });
  }
  if (executionProviders.some((provider) => 'deviceId' in provider)) {
    faults.push({
      field: 'devices',
      problem: 'received it beside a deviceId in executionProviders; give one of them',
    });
  }
  return faults;
}

function checkSessionOptions(received: unknown = {}): { faults: ConfigFault[]; options: OnnxSessionOptions } {
  if (!isRecord(received)) {
    const problem = `received ${describeValue(received)}, expected an object, or nothing`;
    return { faults: [{ field: 'session', problem }], options: {} };
  }
  const { faults } = checkConfig<OnnxSessionOptions>({ ...received }, SESSION_OPTION_RULES);
  return {
    faults: faults.map(({ field, problem }) => ({ field: `session.${field}`, problem })),
    options: faults.length === 0 ? received : {},
  };
}

function listOfBatchSizes(value: unknown): string | undefined {
  const isList =
    Array.isArray(value) &&
    value.every((size) => Number.isInteger(size) && size >= 1 && size <= LARGEST_BATCH);
  return isList ? undefined : `a list of integers from 1 to ${LARGEST_BATCH}`;
}
