import { z } from 'zod';

/** 28 rows of 28. */
export const PIXEL_COUNT = 784;

/** Of a value that is wrong, so much is repeated in the message. */
const LONGEST_VALUE = 40;

const EXPECTED_PIXELS = `an array of ${PIXEL_COUNT} numbers from 0 (background) to 255 (ink), row by row`;

export const pixelsSchema = z
  .array(
    z.number({ error: describePixel }).min(0, { error: describePixel }).max(255, { error: describePixel }),
    { error: `expected ${EXPECTED_PIXELS}` },
  )
  .refine((pixels) => pixels.length === PIXEL_COUNT, {
    error: ({ input }) => `expected ${EXPECTED_PIXELS}; received ${(input as unknown[]).length}`,
  });

function describePixel({ input }: { readonly input?: unknown }): string {
  const received = typeof input === 'number' ? String(input) : JSON.stringify(input);
  return `received ${received?.slice(0, LONGEST_VALUE)}, expected a number from 0 (background) to 255 (ink)`;
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
