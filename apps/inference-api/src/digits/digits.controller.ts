import { Body, Controller, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { AnyFilesInterceptor } from '@nestjs/platform-express';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Batched, InjectBatcher, type DynamicBatcher } from 'nestjs-batching';
import type { OnnxResultRow, OnnxRow } from 'nestjs-batching/onnx';
import { LARGEST_DIGIT_BYTES } from '../http/accept-bodies.js';
import { ClassifyManyPipe } from './classify-many.pipe.js';
import { toClassification, type Classification } from './classification.js';
import { DigitPixels } from './digit-pixels.decorator.js';
import { ApiClassifyMany, ApiClassify } from './digits.api.js';
import { toModelInput } from './model-input.js';

@ApiTags('digits')
@Controller('digits')
export class DigitsController {
  constructor(@InjectBatcher('digits') private readonly digits: DynamicBatcher<OnnxRow, OnnxResultRow>) {}

  @Post('classify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Recognizes one digit. Concurrent calls ride in one batch.' })
  @ApiClassify()
  @UseInterceptors(AnyFilesInterceptor({ limits: { fileSize: LARGEST_DIGIT_BYTES, files: 1 } }))
  @Batched('digits', { toBody: toClassification })
  classify(@DigitPixels() pixels: ArrayLike<number>): OnnxRow {
    return toModelInput(pixels);
  }

  @Post('classify-many')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Recognizes many digits of one call, each as a request of its own to the batcher.',
  })
  @ApiClassifyMany()
  async classifyMany(
    @Body(ClassifyManyPipe) images: readonly (readonly number[])[],
  ): Promise<Classification[]> {
    const call = new AbortController();
    try {
      return await Promise.all(images.map((pixels) => this.classifyOne(pixels, call.signal)));
    } catch (error) {
      // One is refused, and with it the call: nobody waits for the others.
      call.abort();
      throw error;
    }
  }

  private async classifyOne(pixels: readonly number[], signal: AbortSignal): Promise<Classification> {
    const { response, batch } = await this.digits.processWithInfo(toModelInput(pixels), { signal });
    return { ...toClassification(response), batch };
  }
}
