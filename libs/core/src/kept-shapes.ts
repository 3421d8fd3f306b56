import { OrdinaryRequests } from './requests/ordinary-requests.js';
import { QueuedRequest } from './requests/queued-request.js';
import { RequestBatch } from './execution/request-batch.js';
import { ORDINARY_TERMS } from './requests/request-terms.js';

/**
 * One object of each kind that comes and goes with the traffic. V8 forgets the shape of a class with the last of its
 * objects, and throws away all machine code that was made for it: after a garbage collection while nothing was under
 * way, the next hundred thousand requests would take twice as long.
 */
export const KEPT_SHAPES: readonly object[] = keepShapes();

function keepShapes(): object[] {
  // Times are fractions of milliseconds: with whole ones their fields would have another shape.
  const atMs = 0.5;
  const request = new QueuedRequest<undefined, undefined>(undefined, ORDINARY_TERMS);
  const batch = new RequestBatch<undefined, undefined>(0, [request], 'full', atMs);
  const together = new OrdinaryRequests<undefined, undefined>([], [], undefined);
  return [request, batch, together, new RequestBatch<undefined, undefined>(0, together, 'full', atMs)];
}
