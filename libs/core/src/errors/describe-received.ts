import { describeValue } from '../config-rules.js';

/**
 * What came where a value was expected, for a message. A promise is told as that: somebody has forgotten to await it.
 */
export function describeReceived(received: unknown): string {
  return received instanceof Promise ? 'a promise' : describeValue(received);
}
