import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidConfigError } from 'nestjs-batching/core';
import { BatchedMethodExplorer } from './batched-method.explorer.js';
import { ProcessorExplorer } from './processor.explorer.js';

/** Looks the app over when it starts: every processor gets its batcher, every `@Batched()` method must have one. */
@Injectable()
export class BatchingExplorer implements OnModuleInit {
  constructor(
    private readonly processors: ProcessorExplorer,
    private readonly methods: BatchedMethodExplorer,
  ) {}

  /** @throws InvalidConfigError that lists every fault of processors, injections and methods. */
  onModuleInit(): void {
    const faults = [...this.processors.explore(), ...this.methods.explore()];
    if (faults.length > 0) throw new InvalidConfigError('batching', faults);
  }
}
