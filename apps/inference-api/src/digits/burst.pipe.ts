import { Injectable, type PipeTransform } from '@nestjs/common';
import { burstSchema } from './pixels.schema.js';
import { validate } from './validate.js';

/** The images of a call for many. */
@Injectable()
export class BurstPipe implements PipeTransform<unknown, number[][]> {
  transform(body: unknown): number[][] {
    return validate(burstSchema, body).images;
  }
}
