import { jest } from '@jest/globals';

import { CallUnderWay } from './call-under-way.js';

describe('CallUnderWay', () => {
  const onTimeOver = jest.fn();

  beforeEach(() => {
    jest.useFakeTimers();
    onTimeOver.mockClear();
  });
  afterEach(() => jest.useRealTimers());

  it('counts from the start, not from when it was made', () => {
    const call = new CallUnderWay(100, onTimeOver);
    jest.advanceTimersByTime(1000);
    expect(call.start()).toBe(true);
    jest.advanceTimersByTime(99);
    expect(onTimeOver).not.toHaveBeenCalled();
    expect(call.isTimeOver).toBe(false);
    jest.advanceTimersByTime(1);
    expect(onTimeOver).toHaveBeenCalledTimes(1);
    expect(call.isTimeOver).toBe(true);
  });

  it('says nothing of a call that has ended in time, and leaves no timer', () => {
    const call = new CallUnderWay(100, onTimeOver);
    call.start();
    call.end();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(1000);
    expect(onTimeOver).not.toHaveBeenCalled();
  });

  it('gives an answer as long to be read as this process was held up when the time was over', () => {
    const clock = jest
      .spyOn(performance, 'now')
      .mockReturnValueOnce(0)
      .mockReturnValueOnce(100 + 700);
    const call = new CallUnderWay(100, onTimeOver);
    call.start();
    jest.advanceTimersByTime(100);
    expect(clock).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(699);
    expect(onTimeOver).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(onTimeOver).toHaveBeenCalledTimes(1);
  });

  it('is in time if its answer is read then', () => {
    jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(800);
    const call = new CallUnderWay(100, onTimeOver);
    call.start();
    jest.advanceTimersByTime(100);
    call.end();
    expect(jest.getTimerCount()).toBe(0);
    expect(call.isTimeOver).toBe(false);
  });

  it('does not start when it has ended', () => {
    const call = new CallUnderWay(100, onTimeOver);
    call.end();
    expect(call.start()).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes as long as it likes without a limit', () => {
    expect(new CallUnderWay(undefined, onTimeOver).start()).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});
