import { deserialize, serialize } from 'node:v8';

import { flatten, isFlatMessage, unflatten } from './flat-message.js';
import type { WorkerReply } from './worker-protocol.js';

/** As Node sends it to another process. */
const sendAlong = (reply: unknown): unknown => {
  const arrived: unknown = deserialize(serialize(flatten(['reply', 7, reply])));
  if (!isFlatMessage(arrived)) throw new Error('it is not flat any more');
  expect(arrived.callId).toBe(7);
  return (unflatten(arrived) as WorkerReply)[2];
};

/** Can be written, yet not be read. */
const nestedTooDeeply = (): unknown => {
  let nested: unknown = null;
  for (let depth = 0; ; depth += 50) {
    for (let level = 0; level < 50; level += 1) nested = { nested };
    try {
      deserialize(serialize(nested));
    } catch {
      return nested;
    }
  }
};

describe('A flat message', () => {
  it('has all that was in it, whatever can be copied', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const reply = {
      words: ['a', undefined, null],
      map: new Map([[1n, new Date(5)]]),
      set: new Set([/x/g]),
      bytes: new ArrayBuffer(3),
      error: new RangeError('too far'),
      ring,
    };
    expect(sendAlong(reply)).toEqual(reply);
  });

  it('has each view in its place, also one that is in several', () => {
    const floats = Float64Array.of(1.5, 2.5);
    const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
    const arrived = sendAlong([floats, Buffer.from('b'), { view }, floats]) as unknown[];
    expect(arrived).toEqual([floats, Buffer.from('b'), { view }, floats]);
    expect(arrived[3]).toBe(arrived[0]);
    expect(Buffer.isBuffer(arrived[1])).toBe(true);
  });

  it('has the bytes of views beside its body, so that they are copied once', () => {
    const { body, views } = flatten(['reply', 7, { pixels: new Uint8Array(100_000) }]);
    expect(body.byteLength).toBeLessThan(200);
    expect(views).toEqual([new Uint8Array(100_000)]);
  });

  it('is read by Node however deep it is nested, and fails only where it is unflattened', () => {
    const arrived: unknown = deserialize(serialize(flatten(['reply', 7, nestedTooDeeply()])));
    if (!isFlatMessage(arrived)) throw new Error('it is not flat any more');
    expect(() => unflatten(arrived)).toThrow('Maximum call stack size exceeded');
  });

  it('cannot be made of what cannot be copied', () => {
    expect(() => flatten(['reply', 7, () => undefined])).toThrow('could not be cloned');
  });

  it.each([['ready'], [null], [[1]], [['reply', 1, 2]]])('is not %j', (message) => {
    expect(isFlatMessage(message)).toBe(false);
  });
});
