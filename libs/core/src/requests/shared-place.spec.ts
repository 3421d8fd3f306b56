import { buildRequest } from '../../../../test/core/queued-request-builder.js';
import { SharedPlace } from './shared-place.js';

describe('SharedPlace', () => {
  it('keeps few of the many who have left, and all who have not', () => {
    const { request: leader } = buildRequest();
    const place = new SharedPlace(leader);
    const { request: stays } = buildRequest({ enqueuedAtMs: 1005 });
    place.join(stays);
    for (let count = 0; count < 1000; count += 1) {
      const { request: leaving } = buildRequest();
      place.join(leaving);
      leaving.reject(new Error('left'));
      place.callerLeft();
    }
    expect(place.callers).toBe(2);
    expect(place.followers.length).toBeLessThan(32);
    expect(place.followers[0]).toBe(stays);
    expect(place.followersWaitingSinceMs).toBe(stays.enqueuedAtMs);
  });
});
