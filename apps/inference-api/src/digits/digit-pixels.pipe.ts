import {
  BadRequestException,
  Injectable,
  UnsupportedMediaTypeException,
  type PipeTransform,
} from '@nestjs/common';
import type { Request } from 'express';
import type {} from 'multer';
import { digitSchema } from './pixels.schema.js';
import { pixelsFromPng } from './pixels-from-png.js';
import { validate } from './validate.js';

const JSON_TYPE = 'application/json';

/** Reads the digit from whatever form the request has it in: JSON, a PNG body, or a PNG as form upload. */
@Injectable()
export class DigitPixelsPipe implements PipeTransform<Request, ArrayLike<number>> {
  transform(request: Request): ArrayLike<number> {
    const contentType = request.headers['content-type'] ?? JSON_TYPE;
    if (is(contentType, 'multipart/form-data')) return pixelsFromPng(uploadedFile(request));
    if (is(contentType, 'image/png')) return pixelsFromPng(request.body as Buffer | undefined);
    if (!is(contentType, JSON_TYPE)) {
      throw new UnsupportedMediaTypeException(
        `received the content type ${contentType}, expected application/json with { "pixels": [784 numbers] }, ` +
          `image/png, or multipart/form-data with one PNG file`,
      );
    }
    return validate(digitSchema, request.body).pixels;
  }
}

function uploadedFile({ files }: Request): Buffer {
  const [file] = Array.isArray(files) ? files : [];
  if (file === undefined) throw new BadRequestException('expected one PNG file in the form, received none');
  return file.buffer;
}

/** By the header alone: Express's `request.is` knows no type of a request without a body. */
function is(contentType: string, expected: string): boolean {
  return contentType.split(';')[0]?.trim().toLowerCase() === expected;
}
