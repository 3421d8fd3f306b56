import { ManualClock } from 'nestjs-batching/testing';
import { EventLoopTurn } from './event-loop-turn.js';

function setUp() {
  const clock = new ManualClock(1000);
  const ends: number[] = [];
  const turn = new EventLoopTurn(clock, () => ends.push(clock.now()));
  return { clock, turn, ends };
}

describe('EventLoopTurn', () => {
  it('tells once when it ends, however often it was opened', async () => {
    const { clock, turn, ends } = setUp();
    for (let count = 0; count < 3; count += 1) turn.open();
    expect([turn.isOpen, ends]).toEqual([true, []]);

    await clock.advance();
    expect([turn.isOpen, ends]).toEqual([false, [1000]]);
  });

  it('can be opened again, also while its end is told', async () => {
    const clock = new ManualClock(1000);
    let ends = 0;
    const turn: EventLoopTurn = new EventLoopTurn(clock, () => {
      ends += 1;
      if (ends < 3) turn.open();
    });
    turn.open();
    await clock.advance();
    expect([ends, turn.isOpen]).toEqual([3, false]);
  });

  it('reads the clock when it is opened, and when it is told to', async () => {
    const { clock, turn } = setUp();
    turn.open();
    expect(turn.timeMs).toBe(1000);
    await clock.advance(5);
    expect(turn.timeMs).toBe(1000);
    expect([turn.readClock(), turn.timeMs]).toEqual([1005, 1005]);
  });
});
