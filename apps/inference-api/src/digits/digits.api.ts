import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';
import { PIXEL_COUNT } from './pixels.schema.js';

type Schema = NonNullable<Extract<Parameters<typeof ApiOkResponse>[0], { schema: unknown }>['schema']>;

const PIXELS: Schema = {
  type: 'array',
  items: { type: 'number', minimum: 0, maximum: 255 },
  minItems: PIXEL_COUNT,
  maxItems: PIXEL_COUNT,
  description: '28 × 28 pixels, row by row; 0 background to 255 ink',
};

const CLASSIFICATION: Schema = {
  type: 'object',
  required: ['digit', 'confidence', 'probabilities'],
  properties: {
    digit: { type: 'integer', minimum: 0, maximum: 9 },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
    probabilities: { type: 'array', items: { type: 'number' }, minItems: 10, maxItems: 10 },
  },
};

/** How `POST /digits/classify` stands in the OpenAPI document. */
export const ApiClassify = (): MethodDecorator =>
  applyDecorators(
    ApiConsumes('application/json', 'image/png', 'multipart/form-data'),
    ApiBody({ schema: { type: 'object', required: ['pixels'], properties: { pixels: PIXELS } } }),
    ApiOkResponse({
      description: 'The digit. The header Server-Timing tells of the batch.',
      schema: CLASSIFICATION,
    }),
    ApiRefusals(),
  );

/** How `POST /digits/classify-many` stands in the OpenAPI document. */
export const ApiBurst = (): MethodDecorator =>
  applyDecorators(
    ApiBody({
      schema: {
        type: 'object',
        required: ['images'],
        properties: { images: { type: 'array', items: PIXELS } },
      },
    }),
    ApiOkResponse({
      description: 'The digits, in the order of the images.',
      schema: { type: 'array', items: CLASSIFICATION },
    }),
    ApiRefusals(),
  );

const ApiRefusals = (): MethodDecorator =>
  applyDecorators(
    ApiBadRequestResponse({ description: 'The request is wrong; the message says what is expected.' }),
    ApiServiceUnavailableResponse({ description: 'The queue is full; Retry-After says when to try again.' }),
  );
