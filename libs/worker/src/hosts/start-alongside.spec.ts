import { collectGarbage } from '../../../../test/core/heap-size.js';
import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { failAfterOthers, startAlongside } from './start-alongside.js';

/** What has not started yet, until it is told to end. */
function startSlowly(): { started: Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const start = new Promise<string>((resolve) => (end = () => resolve('slow')));
  return { started: startAlongside(start), end };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('while something starts that must not be interrupted', () => {
  it.each([
    ['of its kind', startAlongside],
    ['of another kind', failAfterOthers],
  ])('another %s fails only after it', async (_, begin) => {
    const { started, end } = startSlowly();
    const failing = new WatchedPromise(begin(Promise.reject(new Error('broken'))));
    await settle();
    expect(failing.isSettled).toBe(false);

    end();
    expect(await started).toBe('slow');
    await settle();
    expect(failing.error).toMatchObject({ message: 'broken' });
  });

  it('another one is there as soon as it has started', async () => {
    const { started, end } = startSlowly();
    expect(await startAlongside(Promise.resolve('quick'))).toBe('quick');
    expect(await failAfterOthers(Promise.resolve('quick'))).toBe('quick');
    end();
    await started;
  });
});

describe('while something starts that may be interrupted', () => {
  it('nobody waits for it', async () => {
    void failAfterOthers(new Promise(() => undefined));
    await expect(startAlongside(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

it('What has started is kept by whoever has started it, and by nobody else', async () => {
  const start = async (): Promise<WeakRef<object>> => new WeakRef(await startAlongside(Promise.resolve({})));
  const started = await start();
  await settle();
  collectGarbage();
  expect(started.deref()).toBeUndefined();
});
