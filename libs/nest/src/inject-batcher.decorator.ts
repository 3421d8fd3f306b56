import { Inject } from '@nestjs/common';
import { DEFAULT_BATCHER_NAME, getBatcherToken } from './batcher.tokens.js';

/**
 * Injects the `DynamicBatcher` of this name.
 *
 * @param name As it was registered. Default: the default batcher.
 */
export const InjectBatcher = (name: string = DEFAULT_BATCHER_NAME): PropertyDecorator & ParameterDecorator =>
  Inject(getBatcherToken(name));
