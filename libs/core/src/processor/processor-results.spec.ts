import { areResultsThere } from './processor-results.js';

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
