import { Injectable } from '@nestjs/common';
import { InvalidConfigError } from 'nestjs-batching/core';
import { untilAllStarted } from 'nestjs-batching/worker';
import { setImmediate } from 'node:timers/promises';
import { ProcessorExplorer } from './processor.explorer.js';

/**
 * Lets one start tell what is wrong with all batchers. Nest makes everything at the same time, but ends with the first
 * thing that is thrown: so a wrong configuration is only told when the others have been looked at, too.
 *
 * These are all whose configuration is known by then, `@BatchProcessor()` classes among them, and the models that are
 * being loaded. What waits for a slower factory is told by the next start: to wait for that might be to wait for ever,
 * if it waits for what has failed.
 */
@Injectable()
export class StartFaults {
  private readonly errors: InvalidConfigError[] = [];

  /** Nest makes the one of an app. @internal */
  constructor(private readonly processors: ProcessorExplorer) {}

  /**
   * Makes a batcher, or what it needs.
   *
   * @throws InvalidConfigError that lists the faults of all, if the configuration is wrong; anything else at once.
   */
  async tellTogether<TMade>(make: () => TMade | Promise<TMade>): Promise<TMade> {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof InvalidConfigError)) throw error;
      this.errors.push(error);
      // What depends on nothing slow is made within this turn of the event loop; a model's faults come the turn after.
      await setImmediate();
      await untilAllStarted();
      await setImmediate();
      throw this.together;
    }
  }

  private get together(): InvalidConfigError {
    const [first, ...others] = this.errors as [InvalidConfigError, ...InvalidConfigError[]];
    const ofClasses = this.processors.findConfigFaults();
    if (others.length === 0 && ofClasses.length === 0) return first;
    const faults = this.errors.flatMap(({ subject, faults }) =>
      faults.map(({ field, problem }) => ({ field: `${subject}: ${field}`, problem })),
    );
    return new InvalidConfigError('batching', [...faults, ...ofClasses]);
  }
}
