import { createAnswerCheckers } from './answer-checkers.js';
import { createBatchCheckers } from './batch-checkers.js';
import type { Checker } from './checker.js';
import { createDrainCheckers } from './drain-checkers.js';
import { createOrderCheckers } from './order-checkers.js';
import { createQueueCheckers } from './queue-checkers.js';

/** A fresh set; some of them remember what they saw. */
export function createCheckers(): readonly Checker[] {
  return [
    ...createAnswerCheckers(),
    ...createBatchCheckers(),
    ...createQueueCheckers(),
    ...createOrderCheckers(),
    ...createDrainCheckers(),
  ];
}
