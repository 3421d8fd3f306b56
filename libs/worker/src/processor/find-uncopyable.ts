import { describeUncopyable } from '../hosts/uncopyable.js';
import type { WorkerIsolation } from '../hosts/worker-host.js';

/** What in a value cannot be copied. */
export interface UncopyablePart {
  /** Where it stands, after the value's own name: `.table[2]`; empty if it is the value itself. */
  readonly path: string;
  /** What the runtime says of it, cut where it tells a whole function. */
  readonly reason: string;
}

/** The most characters of a reason that a message repeats. */
const LONGEST_REASON = 200;
/** How many levels deep a part is looked for: the value may hold itself. */
const DEEPEST = 8;

/**
 * The first part of a value that cannot be copied into a worker, as deep inside as can be told; undefined if all can.
 */
export function findUncopyable(
  value: unknown,
  isolation: WorkerIsolation,
  path = '',
  depth = 0,
): UncopyablePart | undefined {
  const reason = describeUncopyable(value, isolation);
  if (reason === undefined) return undefined;
  for (const [key, part] of depth < DEEPEST ? entriesOf(value) : []) {
    const place = Array.isArray(value) ? `[${key}]` : `.${key}`;
    const found = findUncopyable(part, isolation, path + place, depth + 1);
    if (found !== undefined) return found;
  }
  return {
    path,
    reason: reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason,
  };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  try {
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  } catch {
    // A getter may throw: then it is the whole that cannot be copied.
    return [];
  }
}
