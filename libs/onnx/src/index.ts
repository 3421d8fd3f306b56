/**
 * ONNX models as processors, in workers of their own. Needs `onnxruntime-node`.
 *
 * @module nestjs-batching/onnx
 */

export {
  EXECUTION_PROVIDER_NAMES,
  type ExecutionProviderConfig,
  type ExecutionProviderName,
} from './devices/execution-provider.js';
export type { MemoryCeiling } from './model/memory-ceilings.js';
export type {
  ListedTensor,
  ModelCalls,
  NamedTensor,
  OpenedSession,
  OpenRequest,
  ReportedTensor,
  RunReply,
  RunRequest,
} from './model-protocol.js';
export type { ModelWorker, StartModelWorker } from './opening/model-worker.js';
export type { OnnxLogger } from './model/onnx-logger.js';
export type { FailedExecutionProvider, OnnxModelMetadata } from './model/onnx-model-metadata.js';
export type { OnnxModelOptions } from './model/onnx-model-options.js';
export {
  type OnnxModuleAsyncOptions,
  type OnnxModuleConfig,
  type OnnxModuleOptions,
} from './module/onnx-module-options.js';
export { getOnnxModelToken, OnnxModule } from './module/onnx.module.js';
export { OnnxModel, type OnnxLoadContext, type OnnxModelStatistics } from './model/onnx-model.js';
export type { OnnxResultRow, OnnxRow, OnnxTensorRow, OnnxTensorValue } from './rows/onnx-row.js';
export { RuntimeUnavailableError } from './devices/runtime-unavailable.error.js';
export type { OnnxLogLevel, OnnxSessionOptions } from './devices/session-options.js';
export { BatchLayout, type PlanOptions } from './layout/batch-layout.js';
export type { BatchedInput, BatchedTensor } from './signature/batched-tensor.js';
export type { BatchRun } from './layout/batch-run.js';
export type { DeclaredInput, DeclaredTensor } from './signature/declared-tensor.js';
export type { DynamicAxis, DynamicAxisOptions } from './signature/dynamic-axis.js';
export type { ModelSignature } from './signature/model-signature.js';
export type { PaddingStatistics } from './layout/padding-statistics.js';
export type { ReadRow, RowTensor } from './rows/read-row.js';
export type { TensorElement } from './tensors/tensor-elements.js';
export type { TensorShape } from './tensors/tensor-shape.js';
export {
  TENSOR_TYPES,
  type AllocateBuffer,
  type NumericTensorData,
  type NumericTensorType,
  type TensorData,
  type TensorType,
} from './tensors/tensor-type.js';
export type { WarmUp } from './opening/trial-run.js';
