import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { Batched, BatchingModule, type BatchInfo } from 'nestjs-batching';
import { OnnxModule, type OnnxRow } from 'nestjs-batching/onnx';
import { buildOnnxModel } from 'nestjs-batching/testing';

const SIDE = 256;
/** Multiplications of two 256 × 256 matrices, one after the other, for each request. */
const STEPS = 200;

/** A server of one model that takes long. The folder for the model's file is the first argument. */
const folder = process.argv[2] ?? '.';
const modelFile = join(folder, 'slow.onnx');

@Controller()
class SlowController {
  constructor(private readonly health: HealthCheckService) {}

  /** Answers how long the batch took, in milliseconds. */
  @Post('slow')
  @HttpCode(200)
  @Batched('slow', { toBody: (_: unknown, { processingTimeMs }: BatchInfo) => ({ processingTimeMs }) })
  slow(): OnnxRow {
    return { x: new Float32Array([1]) };
  }

  @Get('health/live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }
}

@Module({
  imports: [
    BatchingModule.forRoot({ maxBatchSize: 64, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 100 }),
    // One thread, so that the computer has another one for the server whatever the model does.
    OnnxModule.register({
      name: 'slow',
      path: modelFile,
      session: { intraOpNumThreads: 1 },
      warmupBatchSizes: [1],
    }),
    TerminusModule,
  ],
  controllers: [SlowController],
})
class SlowModule {}

await writeFile(modelFile, await buildSlowModel());
const app = await NestFactory.create(SlowModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());

/** `x` [N, 1] → [N, 256, 256] → multiplied again and again by a matrix that keeps its size → `y` [N]. */
function buildSlowModel(): Promise<Uint8Array> {
  const rotation = Float32Array.from({ length: SIDE * SIDE }, (_, index) =>
    (Math.floor(index / SIDE) + 1) % SIDE === index % SIDE ? 1 : 0,
  );
  return buildOnnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1, 1] }],
    nodes: [
      { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['cell'] },
      { op: 'Mul', inputs: ['cell', 'rotation'], outputs: ['h0'] },
      ...Array.from({ length: STEPS }, (_, step) => ({
        op: 'MatMul',
        inputs: [`h${step}`, 'rotation'],
        outputs: [`h${step + 1}`],
      })),
      {
        op: 'ReduceMean',
        inputs: [`h${STEPS}`],
        outputs: ['y'],
        attributes: { axes: { ints: [1, 2] }, keepdims: { int: 1 } },
      },
    ],
    initializers: [
      { name: 'rotation', type: 'float32', dims: [SIDE, SIDE], data: rotation },
      { name: 'shape', type: 'int64', dims: [3], data: [-1n, 1n, 1n] },
    ],
  });
}
