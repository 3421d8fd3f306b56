import { chooseSessionThreads, withSessionThreads } from './session-threads.js';

describe('The threads of a session', () => {
  const whole = (count: number): { count: number; areAll: boolean } => ({ count, areAll: true });

  it('are left to ONNX Runtime for one session on a whole machine', () => {
    expect(chooseSessionThreads(1, whole(8), Infinity)).toBeUndefined();
    expect(chooseSessionThreads(1, whole(8), 9)).toBeUndefined();
  });

  it('share the cores with those of the other sessions', () => {
    expect(chooseSessionThreads(2, whole(8), Infinity)).toBe(4);
    expect(chooseSessionThreads(3, whole(8), Infinity)).toBe(2);
  });

  it('are as many as the cores on which the process may run, if that is not all', () => {
    expect(chooseSessionThreads(1, { count: 6, areAll: false }, Infinity)).toBe(6);
    expect(chooseSessionThreads(2, { count: 6, areAll: false }, Infinity)).toBe(3);
  });

  it('leave one CPU of a quota to the event loop', () => {
    expect(chooseSessionThreads(1, whole(64), 4)).toBe(3);
    expect(chooseSessionThreads(2, whole(64), 8)).toBe(3);
    expect(chooseSessionThreads(1, whole(8), 8)).toBe(7);
    expect(chooseSessionThreads(1, whole(64), 2.5)).toBe(1);
    expect(chooseSessionThreads(1, { count: 2, areAll: false }, 16)).toBe(2);
  });

  it('are never none', () => {
    expect(chooseSessionThreads(1, whole(64), 0.5)).toBe(1);
    expect(chooseSessionThreads(16, whole(8), Infinity)).toBe(1);
  });

  it('are those that the options say, or the environment', () => {
    expect(withSessionThreads({ intraOpNumThreads: 0 }, 64, {})).toEqual({ intraOpNumThreads: 0 });
    expect(withSessionThreads({ intraOpNumThreads: 5 }, 64, {})).toEqual({ intraOpNumThreads: 5 });
    expect(withSessionThreads({}, 64, { ORT_INTRA_OP_NUM_THREADS: '2' })).toEqual({});
  });

  it('are decided beside the other options where nobody says', () => {
    expect(withSessionThreads({ executionMode: 'sequential' }, 4096, {})).toEqual({
      executionMode: 'sequential',
      intraOpNumThreads: 1,
    });
  });
});
