import {
  arrayOf,
  checkConfig,
  describeValue,
  integerBetween,
  oneOf,
  optional,
  type ConfigFault,
  type ConfigRule,
} from 'nestjs-batching/core';

const BUFFER_CACHE_MODE = oneOf(['disabled', 'lazyRelease', 'simple', 'bucket']);

/**
 * The options that the Node binding of ONNX Runtime reads, by provider. It silently ignores every other one,
 * so that is checked here.
 */
const OPTION_RULES: Readonly<Record<ExecutionProviderName, Readonly<Record<string, ConfigRule>>>> = {
  cuda: { deviceId: integerBetween(0, 1023) },
  tensorrt: { deviceId: integerBetween(0, 1023) },
  webgpu: {
    preferredLayout: oneOf(['NCHW', 'NHWC']),
    validationMode: oneOf(['disabled', 'wgpuOnly', 'basic', 'full']),
    storageBufferCacheMode: BUFFER_CACHE_MODE,
    // The binding takes an empty list for a wrong one, so that the provider would seem not to work.
    forceCpuNodeNames: arrayOf((name) =>
      typeof name === 'string' && name !== '' ? undefined : 'the name of a node',
    ),
  },
  coreml: { coreMlFlags: integerBetween(0, 0xffff) },
  dml: { deviceId: integerBetween(0, 1023) },
  cpu: {},
};

/** What can run a model: a kind of device and the library that drives it. */
export type ExecutionProviderName = 'cuda' | 'tensorrt' | 'webgpu' | 'coreml' | 'dml' | 'cpu';

/** Every {@link ExecutionProviderName}. */
export const EXECUTION_PROVIDER_NAMES = Object.keys(OPTION_RULES) as readonly ExecutionProviderName[];

/** An execution provider with its options; only those that ONNX Runtime's Node binding really reads. */
export type ExecutionProviderConfig =
  | {
      /** ONNX Runtime's own kernels; it has no options. */
      readonly name: 'cpu';
    }
  | {
      /** NVIDIA's CUDA or TensorRT, or DirectML on Windows. */
      readonly name: 'cuda' | 'tensorrt' | 'dml';
      /** Which of several devices. Integer from 0. Default 0. */
      readonly deviceId?: number;
    }
  | {
      /** Apple's Core ML. */
      readonly name: 'coreml';
      /** Bit flags as in ONNX Runtime's `coreml_provider_factory.h`. Default 0. */
      readonly coreMlFlags?: number;
    }
  | {
      /** WebGPU, by the way of Vulkan, Metal or Direct3D 12. */
      readonly name: 'webgpu';
      /** Default `NCHW`. */
      readonly preferredLayout?: 'NCHW' | 'NHWC';
      /** How much is checked; `disabled` may crash the process on an error. Default `basic`. */
      readonly validationMode?: 'disabled' | 'wgpuOnly' | 'basic' | 'full';
      /** When GPU buffers are reused. Default `bucket`. */
      readonly storageBufferCacheMode?: 'disabled' | 'lazyRelease' | 'simple' | 'bucket';
      /** Names of nodes that shall run on the CPU all the same; one at least. */
      readonly forceCpuNodeNames?: readonly string[];
    };

export interface ExecutionProvidersCheck {
  readonly faults: readonly ConfigFault[];
  /** Those without a fault, each as an object. */
  readonly executionProviders: readonly ExecutionProviderConfig[];
}

/** Checks `executionProviders`: known names, known options, values in range. Nothing means the CPU. */
export function checkExecutionProviders(received: unknown = ['cpu']): ExecutionProvidersCheck {
  if (!Array.isArray(received) || received.length === 0) {
    const problem = `received ${describeValue(received)}, expected a list of one or more of ${quotedNames()}, or nothing`;
    return { faults: [{ field: 'executionProviders', problem }], executionProviders: [] };
  }
  const faults: ConfigFault[] = [];
  const executionProviders: ExecutionProviderConfig[] = [];
  received.forEach((entry: unknown, index) => {
    const found = checkEntry(entry, `executionProviders[${index}]`);
    faults.push(...found);
    if (found.length === 0) executionProviders.push(toConfig(entry));
  });
  return { faults, executionProviders };
}

function checkEntry(entry: unknown, field: string): ConfigFault[] {
  const isObject = typeof entry === 'object' && entry !== null;
  const { name, ...options }: Record<string, unknown> = isObject ? { ...entry } : { name: entry };
  if (typeof name !== 'string' || !Object.hasOwn(OPTION_RULES, name)) {
    const problem = `received ${describeValue(name)} as execution provider, expected one of ${quotedNames()}`;
    return [{ field, problem }];
  }
  const rules = OPTION_RULES[name as ExecutionProviderName];
  if (Object.keys(rules).length === 0) {
    return Object.keys(options).map((option) => ({
      field: `${field}.${option}`,
      problem: `unknown option; the execution provider "${name}" has none`,
    }));
  }
  const optionalRules = Object.fromEntries(
    Object.entries(rules).map(([option, rule]) => [option, optional(rule)]),
  );
  return checkConfig<Record<string, unknown>>(options, optionalRules).faults.map((fault) => ({
    field: `${field}.${fault.field}`,
    problem: fault.problem,
  }));
}

function toConfig(entry: unknown): ExecutionProviderConfig {
  if (typeof entry === 'string') return { name: entry } as ExecutionProviderConfig;
  // The binding takes an option that is there but undefined for a wrong one.
  const given = Object.entries(entry as object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as ExecutionProviderConfig;
}

function quotedNames(): string {
  return EXECUTION_PROVIDER_NAMES.map((name) => `"${name}"`).join(', ');
}
