/** The name of the batcher that `BatchingModule.forRoot({ processor })` provides. */
export const DEFAULT_BATCHER_NAME = 'default';

/** Where the configuration lives that all batchers start from. */
export const BATCHING_DEFAULTS = Symbol('BATCHING_DEFAULTS');

/** Injects that configuration, or nothing in an app without `forRoot`. */
export const OPTIONAL_DEFAULTS = { token: BATCHING_DEFAULTS, optional: true };

/** The injection token of a batcher, as `@InjectBatcher(name)` uses it. */
export function getBatcherToken(name: string = DEFAULT_BATCHER_NAME): string {
  return `Batcher(${name})`;
}

/** The name of the batcher that an injection token stands for; undefined if it stands for something else. */
export function batcherNameOfToken(token: unknown): string | undefined {
  return typeof token === 'string' ? /^Batcher\((.+)\)$/.exec(token)?.[1] : undefined;
}

/** The injection token under which a batcher's processor is held. */
export function getProcessorToken(name: string): string {
  return `BatchProcessor(${name})`;
}

/** Whether an injection token stands for a batcher's processor. */
export function isProcessorToken(token: unknown): boolean {
  return typeof token === 'string' && /^BatchProcessor\(.+\)$/.test(token);
}
