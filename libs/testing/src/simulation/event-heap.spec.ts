import { EventHeap, type TimedEvent } from './event-heap.js';
import { SeededRandom } from './seeded-random.js';

const createEvent = (): TimedEvent => ({ atMs: Infinity, order: 0, position: -1, happen: () => undefined });

function takeAll(heap: EventHeap): TimedEvent[] {
  const taken: TimedEvent[] = [];
  for (let { next } = heap; next !== undefined; { next } = heap) {
    heap.remove(next);
    taken.push(next);
  }
  return taken;
}

describe('EventHeap', () => {
  it('gives events in order of time, and of one time in the order in which they were set', () => {
    const heap = new EventHeap();
    const [late, early, tied] = [createEvent(), createEvent(), createEvent()];
    heap.set(late, 2);
    heap.set(early, 1);
    heap.set(tied, 2);
    expect(takeAll(heap)).toEqual([early, late, tied]);
    expect(heap.size).toBe(0);
  });

  it('does what a sorted list would, however events are set, moved and removed', () => {
    const random = new SeededRandom(1);
    const heap = new EventHeap();
    const events = Array.from({ length: 60 }, createEvent);
    const expected = new Map<TimedEvent, [atMs: number, set: number]>();
    for (let step = 0; step < 20_000; step += 1) {
      const event = events[random.integer(events.length)];
      if (event === undefined) continue;
      if (random.chance(0.3)) {
        heap.remove(event);
        expected.delete(event);
      } else {
        const atMs = random.integer(20);
        if (expected.get(event)?.[0] !== atMs) expected.set(event, [atMs, step]);
        heap.set(event, atMs);
      }
      const [first] = [...expected].sort(([, one], [, other]) => one[0] - other[0] || one[1] - other[1]);
      expect(heap.next).toBe(first?.[0]);
      expect(heap.size).toBe(expected.size);
    }
  });

  it('takes out nothing that is not there', () => {
    const heap = new EventHeap();
    const event = createEvent();
    heap.set(event, 1);
    heap.remove(createEvent());
    expect(heap.next).toBe(event);
  });
});
