import { applyDecorators } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
  ApiServiceUnavailableResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { DispatchReason } from 'nestjs-batching';
import { MOST_IMAGES, PIXEL_COUNT } from './pixels.schema.js';

type Schema = NonNullable<Extract<Parameters<typeof ApiOkResponse>[0], { schema: unknown }>['schema']>;

const PIXELS: Schema = {
  type: 'array',
  items: { type: 'number', minimum: 0, maximum: 255 },
  minItems: PIXEL_COUNT,
  maxItems: PIXEL_COUNT,
  description: '28 × 28 pixels, row by row; 0 background to 255 ink',
};

const CLASSIFICATION = {
  type: 'object',
  required: ['digit', 'confidence', 'probabilities'],
  properties: {
    digit: { type: 'integer', minimum: 0, maximum: 9 },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
    probabilities: { type: 'array', items: { type: 'number' }, minItems: 10, maxItems: 10 },
  },
} satisfies Schema;

const BATCH: Schema = {
  type: 'object',
  description: 'The batch that the image rode in.',
  required: ['batchId', 'batchSize', 'queueTimeMs', 'processingTimeMs', 'dispatchReason'],
  properties: {
    batchId: { type: 'integer', minimum: 1 },
    batchSize: { type: 'integer', minimum: 1, description: 'with the images of other calls' },
    queueTimeMs: { type: 'number', minimum: 0, description: 'how long the image waited' },
    processingTimeMs: { type: 'number', minimum: 0, description: 'how long the model took for the batch' },
    dispatchReason: {
      type: 'string',
      enum: ['full', 'preferred', 'waited', 'adaptive', 'deadline', 'drain'] satisfies DispatchReason[],
    },
  },
};

const CLASSIFICATION_IN_BATCH: Schema = {
  ...CLASSIFICATION,
  required: [...CLASSIFICATION.required, 'batch'],
  properties: { ...CLASSIFICATION.properties, batch: BATCH },
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
export const ApiClassifyMany = (): MethodDecorator =>
  applyDecorators(
    ApiBody({
      schema: {
        type: 'object',
        required: ['images'],
        properties: { images: { type: 'array', items: PIXELS, minItems: 1, maxItems: MOST_IMAGES } },
      },
    }),
    ApiOkResponse({
      description: 'The digits, in the order of the images.',
      schema: { type: 'array', items: CLASSIFICATION_IN_BATCH },
    }),
    ApiRefusals(),
  );

const ApiRefusals = (): MethodDecorator =>
  applyDecorators(
    ApiBadRequestResponse({ description: 'The request is wrong; the message says what is expected.' }),
    ApiPayloadTooLargeResponse({ description: 'The body is too large; the message says what is allowed.' }),
    ApiUnsupportedMediaTypeResponse({
      description: 'The body’s type, charset or encoding is not understood.',
    }),
    ApiServiceUnavailableResponse({ description: 'The queue is full; Retry-After says when to try again.' }),
  );
