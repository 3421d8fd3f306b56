import { CostCurve, LearnedBehavior } from 'nestjs-batching/core';

const BATCHES = 100;

/** Shows a curve batches of two sizes, often enough that it knows both parts of S(n) = τ + αn without a spread. */
function teach(
  observe: (size: number, timeMs: number, batch: number) => void,
  fixedMs: number,
  perRequestMs: number,
): void {
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const size = batch % 2 === 0 ? 1 : 64;
    observe(size, fixedMs + perRequestMs * size, batch);
  }
}

/** A curve that has learned S(n) = `fixedMs` + `perRequestMs` · n. */
export function buildCurve(fixedMs: number, perRequestMs: number): CostCurve {
  const curve = new CostCurve();
  teach((size, timeMs) => curve.observe(size, timeMs), fixedMs, perRequestMs);
  return curve;
}

/** What a batcher knows at `nowMs` that has seen batches of S(n) = `fixedMs` + `perRequestMs` · n until then, in turn. */
export function buildLearned(fixedMs: number, perRequestMs: number, nowMs = 1000): LearnedBehavior {
  const learned = new LearnedBehavior();
  const everyMs = fixedMs + perRequestMs * 64;
  teach(
    (size, timeMs, batch) => learned.observeBatch(size, timeMs, nowMs - everyMs * (BATCHES - 1 - batch)),
    fixedMs,
    perRequestMs,
  );
  return learned;
}
