import { DynamicBatcher, type BatchingConfig } from 'nestjs-batching/core';
import {
  arrivalsAt,
  playArrivals,
  SimulatedProcessor,
  SimulationClock,
  type CostCurve,
} from 'nestjs-batching/testing';
import type { MeasurementRecorder } from './measurement.js';

/** The batcher itself in virtual time, measured as the rules of others are. */
export async function simulateBatcher(
  config: BatchingConfig,
  curve: CostCurve,
  arrivalTimesMs: Iterable<number>,
  recorder: MeasurementRecorder,
): Promise<void> {
  const clock = new SimulationClock();
  const processor = new SimulatedProcessor<number, number>({
    clock,
    ...curve,
    respond: (request) => request,
  });
  const batcher = new DynamicBatcher<number, number>(
    config,
    (requests, context) => {
      recorder.batchStarted(requests.length, clock.now());
      return processor.processBatch(requests, context);
    },
    { clock },
  );
  const onAnswered = (arrivedAtMs: number): void => recorder.answered(arrivedAtMs, clock.now());
  void playArrivals(clock, arrivalsAt(arrivalTimesMs), ({ atMs }) => {
    batcher.process(atMs).then(onAnswered, () => recorder.notAnswered(atMs));
  });
  await clock.run();
}
