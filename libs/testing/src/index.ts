export { FakeProcessor, type FakeBatch } from './fake-processor.js';
export { ManualClock } from './manual-clock.js';
export type {
  OnnxAttribute,
  OnnxElementType,
  OnnxGraph,
  OnnxInitializer,
  OnnxNode,
  OnnxValue,
} from './onnx-graph.js';
export { buildOnnxModel } from './onnx-model-builder.js';
