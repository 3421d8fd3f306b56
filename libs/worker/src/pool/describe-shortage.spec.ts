import { describeShortage } from './describe-shortage.js';

describe('describeShortage', () => {
  const status = { live: 0, workers: 2, restarts: 3, lastEndReason: 'it took longer than 200 ms for a call' };

  it('says that another worker comes while one place or more may start one', () => {
    expect(describeShortage({ ...status, quarantined: 3, heldUp: 1 }, 'worker')).toBe(
      'No worker is alive; another one is being started. The last one: it took longer than 200 ms for a call.',
    );
  });

  it('says what it depends on where no place may start one', () => {
    expect(describeShortage({ ...status, quarantined: 4, heldUp: 2 }, 'worker of the model')).toBe(
      'No worker of the model is alive; none is started before one of the 4 that hang has ended. ' +
        'The last one: it took longer than 200 ms for a call.',
    );
  });
});
