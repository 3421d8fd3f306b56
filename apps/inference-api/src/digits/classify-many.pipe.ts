import { Injectable, type PipeTransform } from '@nestjs/common';
import { classifyManySchema } from './pixels.schema.js';
import { validate } from './validate.js';

/** The images of a call for many. */
@Injectable()
export class ClassifyManyPipe implements PipeTransform<unknown, number[][]> {
  transform(body: unknown): number[][] {
    return validate(classifyManySchema, body).images;
  }
}
