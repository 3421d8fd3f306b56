import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parentPort, workerData } from 'node:worker_threads';

/** What the worker gets; it posts one row of probabilities for each image. */
export interface ReferenceTask {
  readonly modelPath: string;
  /** Each of 784 pixels from 0 to 255. */
  readonly images: readonly (readonly number[])[];
}

const { modelPath, images } = workerData as ReferenceTask;
const session = await InferenceSession.create(modelPath);
const answers: number[][] = [];
for (const pixels of images) answers.push(softmax(await runAlone(pixels)));
await session.release();
parentPort?.postMessage(answers);

/** One image in a run of its own: nothing of batching can touch it. */
async function runAlone(pixels: readonly number[]): Promise<Float32Array> {
  const scaled = Float32Array.from(pixels, (pixel) => pixel / 255);
  const { logits } = await session.run({ image: new Tensor('float32', scaled, [1, 1, 28, 28]) });
  return logits?.data as Float32Array;
}

function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, (logit) => Math.exp(logit));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
