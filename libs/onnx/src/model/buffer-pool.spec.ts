import fc from 'fast-check';

import { BufferPool } from './buffer-pool.js';

describe('BufferPool', () => {
  it('gives a buffer again that was given back, of exactly that size only', () => {
    const pool = new BufferPool(1000);
    const buffer = pool.take(100);
    pool.giveBack(buffer);
    expect(pool.size).toBe(100);
    expect(pool.take(96).byteLength).toBe(96);
    expect(pool.take(100)).toBe(buffer);
    expect(pool.take(100)).not.toBe(buffer);
    expect(pool.size).toBe(0);
  });

  it('forgets the sizes first that have not been used for longest', () => {
    const pool = new BufferPool(300);
    const [old, used, latest] = [new ArrayBuffer(100), new ArrayBuffer(101), new ArrayBuffer(102)];
    pool.giveBack(old);
    pool.giveBack(used);
    pool.giveBack(pool.take(100));
    pool.giveBack(latest);
    expect(pool.take(101)).not.toBe(used);
    expect(pool.take(100)).toBe(old);
    expect(pool.take(102)).toBe(latest);
  });

  it('counts a size as used when it is given back, also where more of it are kept', () => {
    const pool = new BufferPool(302);
    const [first, second, other] = [new ArrayBuffer(100), new ArrayBuffer(100), new ArrayBuffer(101)];
    for (const buffer of [first, second, other]) pool.giveBack(buffer);
    const inUse = pool.take(100);
    pool.giveBack(pool.take(101));
    pool.giveBack(inUse);
    pool.giveBack(new ArrayBuffer(102));
    expect(pool.size).toBe(302);
    expect(pool.take(101)).not.toBe(other);
  });

  it('forgets of a size only as many as there is no room for', () => {
    const pool = new BufferPool(250);
    const [first, second] = [new ArrayBuffer(100), new ArrayBuffer(100)];
    for (const buffer of [first, second, new ArrayBuffer(101)]) pool.giveBack(buffer);
    expect(pool.size).toBe(201);
    expect([first, second]).toContain(pool.take(100));
    expect(pool.size).toBe(101);
  });

  it('keeps one that is as large as all that it may keep', () => {
    const pool = new BufferPool(100);
    const buffer = new ArrayBuffer(100);
    pool.giveBack(buffer);
    expect(pool.take(100)).toBe(buffer);
  });

  it('keeps none that is larger than all that it may keep, and forgets none for its sake', () => {
    const pool = new BufferPool(100);
    const small = new ArrayBuffer(50);
    pool.giveBack(small);
    pool.giveBack(new ArrayBuffer(101));
    expect(pool.size).toBe(50);
    expect(pool.take(50)).toBe(small);
  });

  it('keeps none that has been given away', () => {
    const pool = new BufferPool(100);
    const given = new ArrayBuffer(50);
    structuredClone(given, { transfer: [given] });
    pool.giveBack(given);
    expect(pool.size).toBe(0);
    expect(pool.take(given.byteLength)).not.toBe(given);
  });

  it('never keeps more than it may, nor gives one buffer twice, whatever is taken and given back', () => {
    const step = fc.record({ byteLength: fc.integer({ min: 0, max: 40 }), isTake: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const pool = new BufferPool(100);
        const inUse = new Set<ArrayBuffer>();
        for (const { byteLength, isTake } of steps) {
          const [oldest] = inUse;
          if (isTake) {
            const buffer = pool.take(byteLength);
            expect(buffer.byteLength).toBe(byteLength);
            expect(inUse.has(buffer)).toBe(false);
            inUse.add(buffer);
          } else if (oldest !== undefined) {
            inUse.delete(oldest);
            pool.giveBack(oldest);
          }
          expect(pool.size).toBeLessThanOrEqual(100);
          expect(pool.size).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
