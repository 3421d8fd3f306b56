import { setImmediate } from 'node:timers';

/**
 * Resolves in the next turn of the event loop: by then all that follows from promises has happened. It goes by Node's
 * own timers, not the global ones, whose place a test runner's fake timers may have taken: those stand still.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
