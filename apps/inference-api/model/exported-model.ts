import { InferenceSession, Tensor } from 'onnxruntime-node';
import { countRight } from './accuracy.js';
import { type DigitDataset, stackImages } from './digit-dataset.js';
import { DIGIT_PIXELS, DIGIT_SIZE } from '../digit-image/grey-image.js';

/** An exported model in ONNX Runtime, as the server will run it. */
export class ExportedModel {
  private constructor(private readonly session: InferenceSession) {}

  /** @param model the content of an ONNX file */
  static async load(model: Uint8Array): Promise<ExportedModel> {
    return new ExportedModel(await InferenceSession.create(model, { executionProviders: ['cpu'] }));
  }

  /**
   * @param images `[N, 1, 28, 28]`, 0 to 1
   * @returns logits `[N, 10]`
   */
  async classify(images: Float32Array): Promise<Float32Array> {
    const shape = [images.length / DIGIT_PIXELS, 1, DIGIT_SIZE, DIGIT_SIZE];
    const { logits } = await this.session.run({ image: new Tensor('float32', images, shape) });
    if (!(logits?.data instanceof Float32Array)) {
      throw new Error('The exported model gives no float32 output "logits".');
    }
    return logits.data;
  }

  /** Share of the digits, 0 to 1, that it names right; all of them in one batch. */
  async measureAccuracy({ images, labels }: DigitDataset): Promise<number> {
    return countRight(await this.classify(stackImages(images)), labels) / labels.length;
  }

  async close(): Promise<void> {
    await this.session.release();
  }
}
