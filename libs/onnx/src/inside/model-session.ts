import type { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';

import { describeThrown } from 'nestjs-batching/core';
import type { ServiceAnswer } from 'nestjs-batching/worker';

import { addBufferOf } from '../tensors/buffers-of.js';
import { codeOf } from '../files/error-code.js';
import type {
  ListedTensor,
  OpenedSession,
  OpenRequest,
  ReportedTensor,
  RunReply,
  RunRequest,
} from '../model-protocol.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';
import { isTensorType, type TensorData } from '../tensors/tensor-type.js';
import { toRuntimeOptions } from '../devices/to-runtime-options.js';

type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * One session of ONNX Runtime. Creating and running it block their thread until they are done, so this runs
 * in a worker and nowhere else.
 */
export class ModelSession {
  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
    /** What the session says of the model. */
    readonly opened: OpenedSession,
  ) {}

  /** @throws RuntimeUnavailableError, or whatever ONNX Runtime has against the model, provider or options. */
  static async open({ path, executionProvider, session: options }: OpenRequest): Promise<ModelSession> {
    const runtime = await loadRuntime();
    // Counts for the first session of the process only, which is when ONNX Runtime sets up its own log.
    if (options.logLevel !== undefined) runtime.env.logLevel = options.logLevel;
    const startedAtMs = performance.now();
    const session = await runtime.InferenceSession.create(path, {
      executionProviders: [executionProvider],
      ...toRuntimeOptions(options),
    });
    return new ModelSession(runtime, session, {
      inputs: session.inputMetadata.map(toReportedTensor),
      outputs: session.outputMetadata.map(toReportedTensor),
      openMs: performance.now() - startedAtMs,
      runtimeVersion: runtime.env.versions.node ?? runtime.env.versions.common,
    });
  }

  /** What came out, with the buffers to give away: those of the outputs, and of the inputs if they are to come back. */
  async run([outputNames, wantsBuffersBack, inputs]: RunRequest): Promise<ServiceAnswer<RunReply>> {
    // Written for few steps: what the worker does here it does while the model does not run.
    const feeds: Record<string, OnnxTensor> = {};
    for (const input of inputs) feeds[input[0]] = toOnnxTensor(this.runtime, input);
    const startedAtMs = performance.now();
    const results = await this.session.run(feeds, outputNames);
    const runMs = performance.now() - startedAtMs;
    const outputs = outputNames.map((name) => toListedTensor(name, results));
    const buffers: ArrayBuffer[] = [];
    for (const [, , , data] of outputs) addBufferOf(data, buffers);
    const outputBuffers = buffers.length;
    // A model that hands an input on as it is may have its buffer in an output, which goes to the callers.
    if (wantsBuffersBack) for (const [, , , data] of inputs) addBufferOf(data, buffers);
    return { reply: [outputs, runMs, buffers.slice(outputBuffers)], buffers };
  }

  /** Gives back what the session holds. Never while a run is under way: that would end the process. */
  async release(): Promise<void> {
    await this.session.release();
  }
}

async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new RuntimeUnavailableError(
      codeOf(error) === 'ERR_MODULE_NOT_FOUND'
        ? 'the package is not installed; install it with: npm install onnxruntime-node'
        : `the package is installed but cannot be loaded on ${process.platform}-${process.arch}: ${describeThrown(error)}`,
    );
  }
}

function toReportedTensor(metadata: InferenceSession.ValueMetadata): ReportedTensor {
  const { name } = metadata;
  return metadata.isTensor
    ? { name, type: metadata.type, shape: metadata.shape }
    : { name, type: undefined, shape: [] };
}

/**
 * ONNX Runtime's own tensor. A float16 one is made as one of uint16 and renamed: from Node 24 on the constructor
 * makes a `Float16Array` of it, whose bytes the binding cannot count (microsoft/onnxruntime#32323).
 */
function toOnnxTensor({ Tensor }: OnnxRuntime, [, type, dims, data]: ListedTensor): OnnxTensor {
  return type === 'float16'
    ? Object.assign(new Tensor('uint16', data as Uint16Array, dims), { type })
    : new Tensor(type as 'float32', data as Float32Array, dims);
}

/** What is a `Float16Array` from Node 24 on is a `Uint16Array` before, and for us always. */
function toTensorData({ type, data }: OnnxTensor): TensorData {
  return type === 'float16' && ArrayBuffer.isView(data)
    ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / Uint16Array.BYTES_PER_ELEMENT)
    : data;
}

function toListedTensor(name: string, results: InferenceSession.ReturnType): ListedTensor {
  const result = results[name];
  if (result === undefined || !isTensorType(result.type)) {
    throw new Error(`the model gave ${result === undefined ? 'no' : `a ${result.type}`} output "${name}"`);
  }
  return [name, result.type, result.dims, toTensorData(result)];
}
