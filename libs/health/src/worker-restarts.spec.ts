import { WorkerRestarts } from './worker-restarts.js';

describe('WorkerRestarts', () => {
  it('counts those that were noticed lately', () => {
    const restarts = new WorkerRestarts();
    restarts.observe(0, 0);
    restarts.observe(2, 100);
    restarts.observe(2, 150);
    restarts.observe(5, 200);

    expect(restarts.since(0)).toBe(5);
    expect(restarts.since(100)).toBe(5);
    expect(restarts.since(101)).toBe(3);
    expect(restarts.since(201)).toBe(0);
  });

  it('counts on when the processor has been replaced and counts from 0 again', () => {
    const restarts = new WorkerRestarts();
    restarts.observe(4, 100);
    restarts.observe(1, 200);
    expect(restarts.since(0)).toBe(5);
  });

  it('forgets none however often it is asked while there are no more', () => {
    const restarts = new WorkerRestarts();
    for (let check = 0; check < 5000; check += 1) restarts.observe(3, 100 + check);
    expect(restarts.since(100)).toBe(3);
  });

  it('forgets the oldest of very many', () => {
    const restarts = new WorkerRestarts();
    for (let total = 1; total <= 5000; total += 1) restarts.observe(total, total);
    expect(restarts.since(0)).toBe(1000);
    expect(restarts.since(4999)).toBe(2);
  });
});
