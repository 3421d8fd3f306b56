/**
 * For tests and simulations without a model and without sleeps: clocks, processors, workloads, small ONNX
 * models. Needs no Nest.
 *
 * @module nestjs-batching/testing
 */

export { buildEncoderModel, type EncoderModelOptions } from './encoder-model.js';
export type { FakeEnding } from './fake-ending.js';
export { FakeProcessor, type FakeBatch, type FakeProcessorOptions } from './fake-processor.js';
export { ManualClock, type FlushOptions } from './manual-clock.js';
export type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxInitializer,
  OnnxNode,
  OnnxNumericType,
  OnnxValue,
} from './onnx-graph.js';
export { buildOnnxModel } from './onnx-model-builder.js';
export { burstyTimes, diurnalTimes, heavyTailTimes, poissonTimes } from './arrival-times.js';
export { buildPerceptronModel, type PerceptronModelOptions } from './perceptron-model.js';
export { SeededRandom } from './seeded-random.js';
export {
  SimulatedFaultError,
  SimulatedProcessor,
  type CostCurve,
  type SimulatedFaults,
  type SimulatedProcessorOptions,
  type SlowPhases,
} from './simulated-processor.js';
export { SimulationClock } from './simulation-clock.js';
export { untilAccepted } from './until-accepted.js';
export {
  arrivalsAt,
  takeFirst,
  floodByOneTenant,
  mergeArrivals,
  playArrivals,
  priorityMix,
  type Arrival,
  type ArrivalTraits,
} from './workload.js';
