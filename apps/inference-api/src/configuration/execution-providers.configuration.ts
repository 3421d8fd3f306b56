import type { ExecutionProviderName } from 'nestjs-batching/onnx';

/**
 * `EXECUTION_PROVIDERS=cuda,webgpu,cpu`: tried in this order. Default: the CPU, which every machine has. A name
 * that does not exist is refused by the model, which lists those that do.
 */
export function executionProviders(text: string | undefined): ExecutionProviderName[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '') as ExecutionProviderName[];
  return given.length === 0 ? ['cpu'] : given;
}
