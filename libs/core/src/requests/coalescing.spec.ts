import { buildRequest, type LetterRequest } from '../../../../test/core/queued-request-builder.js';
import { Coalescing } from './coalescing.js';

const requestOf = (coalescingKey?: string | number): LetterRequest => buildRequest({ coalescingKey }).request;

describe('Coalescing', () => {
  it('finds the request of a key that is under way', () => {
    const coalescing = new Coalescing<string, string>();
    const [one, other] = [requestOf('a'), requestOf('b')];
    coalescing.lead('a', one);
    coalescing.lead('b', other);
    expect([coalescing.find('a'), coalescing.find('b'), coalescing.find('c')]).toEqual([
      one,
      other,
      undefined,
    ]);
    expect(coalescing.size).toBe(2);
  });

  it('tells the number 1 from the string "1"', () => {
    const coalescing = new Coalescing<string, string>();
    coalescing.lead(1, requestOf(1));
    expect(coalescing.find('1')).toBeUndefined();
  });

  it('does not find a request any more that has been forgotten', () => {
    const coalescing = new Coalescing<string, string>();
    const request = requestOf('a');
    coalescing.lead('a', request);
    coalescing.forget(request);
    expect([coalescing.find('a'), coalescing.size]).toEqual([undefined, 0]);
  });

  it('keeps the next request of a key when the one before is forgotten late', () => {
    const coalescing = new Coalescing<string, string>();
    const [before, after] = [requestOf('a'), requestOf('a')];
    coalescing.lead('a', before);
    coalescing.lead('a', after);
    coalescing.forget(before);
    expect(coalescing.find('a')).toBe(after);
  });

  it('has nothing to forget of a request that shares with nobody', () => {
    const coalescing = new Coalescing<string, string>();
    coalescing.lead('a', requestOf('a'));
    coalescing.forget(requestOf());
    expect(coalescing.size).toBe(1);
  });
});
