import { areResultsThere, settleResults } from './processor-results.js';

describe('areResultsThere', () => {
  const promised = Promise.resolve('a');

  it('finds a promise among the results, wherever it stands', () => {
    expect(areResultsThere(['a', new Error('b')])).toBe(true);
    expect(areResultsThere([promised, 'b'])).toBe(false);
    expect(areResultsThere([new Error('a'), promised])).toBe(false);
  });

  it('looks no further than a batch can reach', () => {
    const endless = new Array<string>(2 ** 32 - 1);
    expect(areResultsThere(endless)).toBe(true);
  });

  it('leaves what cannot be read to those who refuse it', () => {
    const { proxy, revoke } = Proxy.revocable<string[]>([], {});
    revoke();
    expect(areResultsThere(proxy)).toBe(true);
    expect(areResultsThere(undefined as never)).toBe(true);
  });
});

describe('settleResults', () => {
  it('gives each result in its place, and the very error with which one was rejected', async () => {
    const spoiled = new TypeError('b is spoiled');
    const settled = await settleResults([Promise.resolve('A'), Promise.reject(spoiled), 'C']);
    expect(settled).toEqual(['A', spoiled, 'C']);
    expect(settled[1]).toBe(spoiled);
  });

  it('makes an error of what is none, with that as the cause', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a user's code may do so
    const [settled] = await settleResults([Promise.reject('spoiled')]);
    expect(settled).toBeInstanceOf(Error);
    expect(settled).toMatchObject({
      message: expect.stringContaining('spoiled') as string,
      cause: 'spoiled',
    });
  });
});
