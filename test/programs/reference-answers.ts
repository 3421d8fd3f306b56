import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ReferenceTask } from './reference-model.js';

/**
 * What the model says of each image when ONNX Runtime runs it directly and alone. In a worker, because Jest's
 * own realm has other typed arrays than ONNX Runtime expects.
 */
export async function askModelAlone(task: ReferenceTask): Promise<number[][]> {
  const worker = new Worker(new URL('./reference-model.js', import.meta.url), { workerData: task });
  const [answers] = (await once(worker, 'message')) as [number[][]];
  await once(worker, 'exit');
  return answers;
}
