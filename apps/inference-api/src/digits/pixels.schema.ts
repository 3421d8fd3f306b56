import { z } from 'zod';

/** 28 rows of 28. */
export const PIXEL_COUNT = 784;

/** Of a text that is wrong, so much is repeated in the message. */
const LONGEST_TEXT = 40;

const EXPECTED_PIXELS = `an array of ${PIXEL_COUNT} numbers from 0 (background) to 255 (ink), row by row`;

/**
 * Tells of the first pixel that is wrong, and looks at none unless there are as many as there should be: a body may
 * hold a million, and a message made for each of them would hold up the event loop for seconds.
 */
export const pixelsSchema = z
  .array(z.custom<number>(), { error: `expected ${EXPECTED_PIXELS}` })
  .length(PIXEL_COUNT, {
    error: ({ input }) => `expected ${EXPECTED_PIXELS}; received ${(input as unknown[]).length}`,
    abort: true,
  })
  .superRefine((pixels: readonly unknown[], context) => {
    const wrong = pixels.findIndex((pixel) => !isPixel(pixel));
    if (wrong === -1) return;
    const message = `received ${describe(pixels[wrong])}, expected a number from 0 (background) to 255 (ink)`;
    context.addIssue({ code: 'custom', path: [wrong], message });
  });

function isPixel(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 255;
}

/** Not what is in an object or an array: it may be nested deeper than anything can follow. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, LONGEST_TEXT));
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

export const digitSchema = z.object(
  { pixels: pixelsSchema },
  { error: `expected a JSON object { "pixels": [...] } with ${EXPECTED_PIXELS}` },
);

export const MOST_IMAGES = 512;

export const classifyManySchema = z.object(
  {
    images: z
      .array(pixelsSchema, {
        error: `expected an array of up to ${MOST_IMAGES} images, each ${EXPECTED_PIXELS}`,
      })
      .min(1, 'expected at least one image')
      .max(MOST_IMAGES, `expected at most ${MOST_IMAGES} images`),
  },
  { error: 'expected a JSON object { "images": [[...], ...] }' },
);
