import { HealthIndicatorService } from '@nestjs/terminus';
import { toIndicatorResult } from './indicator-result.js';

/** What `HealthIndicatorService.check('digits')` of terminus 11 returns: it has no `degraded`. */
const indicatorOf11 = {
  up: (data: object = {}) => ({ digits: { ...data, status: 'up' } }),
  down: (data: object = {}) => ({ digits: { ...data, status: 'down' } }),
} as unknown as Parameters<typeof toIndicatorResult>[0];

const indicatorOf12 = new HealthIndicatorService().check('digits');
const data = { message: 'the last 3 batches failed' };

describe('toIndicatorResult', () => {
  it.each([
    ['11', indicatorOf11],
    ['12', indicatorOf12],
  ])('says up and down in the words of terminus %s', (_, indicator) => {
    expect(toIndicatorResult(indicator, 'up', { queue: 0 })).toEqual({ digits: { status: 'up', queue: 0 } });
    expect(toIndicatorResult(indicator, 'down', data)).toEqual({ digits: { status: 'down', ...data } });
  });

  it('says degraded where terminus knows the word', () => {
    expect(toIndicatorResult(indicatorOf12, 'degraded', data)).toEqual({
      digits: { status: 'degraded', ...data },
    });
  });

  it('says up and why it is degraded where terminus does not know it: the answer stays at 200 there, too', () => {
    expect(toIndicatorResult(indicatorOf11, 'degraded', data)).toEqual({
      digits: { status: 'up', degraded: true, ...data },
    });
  });
});
