import type { ConfigFault } from 'nestjs-batching/core';

import { messageOf } from './error-message.js';
import type { ExecutionProviderConfig } from './execution-provider.js';
import type { ModelHost } from './model-host.js';
import type { OpenedSession } from './model-protocol.js';
import { checkModelSignature, type ModelSignature } from './tensors/model-signature.js';
import type { FailedExecutionProvider, OnnxModelMetadata } from './onnx-model-metadata.js';
import type { ResolvedModelOptions } from './resolve-model-options.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';
import { makeTrialRuns } from './trial-run.js';

/** Options whose file is there. */
export type CheckedModelOptions = ResolvedModelOptions & { readonly path: string };

/** The session is open and warm, or nothing can run the model and these are the reasons. */
export type ProviderSearch =
  { readonly metadata: OnnxModelMetadata } | { readonly faults: readonly ConfigFault[] };

/**
 * Tries the execution providers in their order, each by creating a session and running it. What the runtime
 * lists as available says only what was compiled in, not what works on this machine.
 */
export async function findExecutionProvider(
  modelName: string,
  host: ModelHost,
  options: CheckedModelOptions,
  signal: AbortSignal | undefined,
): Promise<ProviderSearch> {
  const failed: FailedExecutionProvider[] = [];
  for (const executionProvider of options.executionProviders) {
    const { name } = executionProvider;
    signal?.throwIfAborted();
    try {
      const found = await tryExecutionProvider(host, options, executionProvider, signal);
      if ('faults' in found) return found;
      return {
        metadata: Object.freeze({
          name: modelName,
          path: options.path,
          executionProvider: name,
          failedExecutionProviders: failed,
          ...found,
        }),
      };
    } catch (error) {
      signal?.throwIfAborted();
      if (isFinal(host, error)) throw error;
      failed.push({ name, reason: messageOf(error) });
    }
  }
  return { faults: await explainFailure(host, options, failed) };
}

/** Opens the model on the CPU only to look for its faults; the reason why it cannot be opened is one, too. */
export async function inspectOnCpu(
  host: ModelHost,
  options: CheckedModelOptions,
): Promise<readonly ConfigFault[]> {
  try {
    const { faults } = checkModelSignature(await open(host, options, { name: 'cpu' }), options);
    return faults;
  } catch (error) {
    if (isFinal(host, error)) throw error;
    const problem = `ONNX Runtime cannot open "${options.path}" as an ONNX model: ${messageOf(error)}`;
    return [{ field: 'path', problem }];
  }
}

type Tried = ModelSignature & Pick<OnnxModelMetadata, 'loadMs' | 'warmUps' | 'runtimeVersion'>;

async function tryExecutionProvider(
  host: ModelHost,
  options: CheckedModelOptions,
  executionProvider: ExecutionProviderConfig,
  signal: AbortSignal | undefined,
): Promise<Tried | { readonly faults: readonly ConfigFault[] }> {
  const opened = await open(host, options, executionProvider);
  signal?.throwIfAborted();
  const { faults, signature } = checkModelSignature(opened, options);
  if (faults.length > 0) return { faults };
  const trial = await makeTrialRuns(host, signature, options.outputs, options.warmupBatchSizes);
  if (trial.faults.length > 0) return { faults: trial.faults };
  const { openMs: loadMs, runtimeVersion } = opened;
  return { ...signature, loadMs, warmUps: trial.warmUps, runtimeVersion };
}

function open(
  host: ModelHost,
  { path, session }: CheckedModelOptions,
  executionProvider: ExecutionProviderConfig,
): Promise<OpenedSession> {
  return host.open({ path, executionProvider, session });
}

/** Whether no other execution provider can do any better. */
function isFinal(host: ModelHost, error: unknown): boolean {
  return error instanceof RuntimeUnavailableError || host.endReason !== undefined;
}

/** If not even the CPU can open the model, the model is at fault. */
async function explainFailure(
  host: ModelHost,
  options: CheckedModelOptions,
  failed: readonly FailedExecutionProvider[],
): Promise<readonly ConfigFault[]> {
  const modelFaults = await inspectOnCpu(host, options);
  const isSaid = (reason: string): boolean => modelFaults.some(({ problem }) => problem.includes(reason));
  const providerFaults = failed
    .map(({ name, reason }, index) => ({ field: `executionProviders[${index}]`, name, reason }))
    .filter(({ reason }) => !isSaid(reason))
    .map(({ field, name, reason }) => ({
      field,
      problem: `"${name}" does not work here: ${reason}`,
    }));
  return [...modelFaults, ...providerFaults];
}
