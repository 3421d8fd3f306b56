/**
 * For tests and simulations without a model and without sleeps: clocks, processors, workloads, small ONNX
 * models. Needs no Nest.
 *
 * @module nestjs-batching/testing
 */

export { buildEncoderModel, type EncoderModelOptions } from './onnx-models/encoder-model.js';
export type { FakeEnding } from './simulation/fake-ending.js';
export { FakeProcessor, type FakeBatch, type FakeProcessorOptions } from './simulation/fake-processor.js';
export { ManualClock, type FlushOptions } from './simulation/manual-clock.js';
export type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxInitializer,
  OnnxNode,
  OnnxNumericType,
  OnnxValue,
} from './onnx-models/onnx-graph.js';
export { buildOnnxModel } from './onnx-models/onnx-model-builder.js';
export { burstyTimes, diurnalTimes, heavyTailTimes, poissonTimes } from './simulation/arrival-times.js';
export { buildPerceptronModel, type PerceptronModelOptions } from './onnx-models/perceptron-model.js';
export { SeededRandom } from './simulation/seeded-random.js';
export {
  SimulatedFaultError,
  SimulatedProcessor,
  type CostCurve,
  type SimulatedFaults,
  type SimulatedProcessorOptions,
  type SlowPhases,
} from './simulation/simulated-processor.js';
export { SimulationClock } from './simulation/simulation-clock.js';
export { untilAccepted } from './simulation/until-accepted.js';
export {
  arrivalsAt,
  takeFirst,
  floodByOneTenant,
  mergeArrivals,
  playArrivals,
  priorityMix,
  type Arrival,
  type ArrivalTraits,
} from './simulation/workload.js';
