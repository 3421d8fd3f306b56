import { InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';

import { checkModelFile } from './check-model-file.js';
import { messageOf } from './error-message.js';
import { findExecutionProvider, inspectOnCpu } from './find-execution-provider.js';
import type { ModelHost, StartModelHost } from './model-host.js';
import type { OnnxModelMetadata } from './onnx-model-metadata.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { resolveModelOptions } from './resolve-model-options.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';

/** A session that is ready to run, and what is known of it. */
export interface LoadedModel {
  readonly host: ModelHost;
  readonly metadata: OnnxModelMetadata;
}

/**
 * Checks the options, opens the model on the first execution provider that works, and warms it up.
 *
 * @throws InvalidConfigError that lists every fault of the options, the file and the model together; the
 *   signal's reason. The host has ended by then.
 */
export async function loadModel(
  name: string,
  received: OnnxModelOptions,
  startHost: StartModelHost,
  signal: AbortSignal | undefined,
): Promise<LoadedModel> {
  signal?.throwIfAborted();
  const subject = `model "${name}"`;
  const { faults: optionFaults, options } = resolveModelOptions(received);
  const fileFault = options.path === undefined ? undefined : await checkModelFile(options.path);
  const faults: ConfigFault[] = fileFault === undefined ? [...optionFaults] : [...optionFaults, fileFault];
  if (options.path === undefined || fileFault !== undefined) throw new InvalidConfigError(subject, faults);

  const checked = { ...options, path: options.path };
  const host = startHost(name);
  try {
    if (faults.length > 0) {
      // Nothing will run, but whoever mends the options shall hear of the model's own faults right away.
      faults.push(...(await inspectOnCpu(host, checked)));
      throw new InvalidConfigError(subject, faults);
    }
    const found = await findExecutionProvider(name, host, checked, signal);
    if ('faults' in found) throw new InvalidConfigError(subject, found.faults);
    signal?.throwIfAborted();
    for (const { name: absent, reason } of found.metadata.failedExecutionProviders) {
      options.logger.warn(
        `Model "${name}": the execution provider "${absent}" does not work here, so the model runs on ` +
          `"${found.metadata.executionProvider}" instead: ${reason}`,
      );
    }
    options.logger.log(describeLoaded(found.metadata));
    return { host, metadata: found.metadata };
  } catch (error) {
    await host.close();
    if (!(error instanceof RuntimeUnavailableError)) throw error;
    throw new InvalidConfigError(subject, [
      ...faults,
      { field: 'onnxruntime-node', problem: messageOf(error) },
    ]);
  }
}

function describeLoaded({ name, executionProvider, loadMs, warmUps }: OnnxModelMetadata): string {
  const runs = warmUps.map(({ batchSize, runMs }) => `${batchSize} in ${runMs.toFixed(1)} ms`).join(', ');
  return `Model "${name}" runs on ${executionProvider}: loaded in ${loadMs.toFixed(0)} ms; warm-up by batches of ${runs}.`;
}
