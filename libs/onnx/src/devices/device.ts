import type { ExecutionProviderConfig } from './execution-provider.js';

/** Execution providers that know several devices, by number. */
const WITH_DEVICES: readonly string[] = ['cuda', 'tensorrt', 'dml'];

export function hasDevices({ name }: Pick<ExecutionProviderConfig, 'name'>): boolean {
  return WITH_DEVICES.includes(name);
}

/** The same execution provider on a certain device, if it knows several. */
export function onDevice(
  executionProvider: ExecutionProviderConfig,
  deviceId: number | undefined,
): ExecutionProviderConfig {
  if (deviceId === undefined || !hasDevices(executionProvider)) return executionProvider;
  return { ...executionProvider, deviceId } as ExecutionProviderConfig;
}
