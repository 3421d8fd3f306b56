import { BadRequestException } from '@nestjs/common';
import { decode } from 'fast-png';
import { centerDigit } from '../../digit-image/center-digit.js';
import { essentialsOf } from './png-essentials.js';
import { toInk, type InkImage } from './png-ink.js';
import { readPngSize } from './png-size.js';

/**
 * Decoding holds up the event loop: with a picture of this size for some tens of milliseconds at most. Who wants larger
 * ones decodes them in workers (`WorkerProcessor`).
 */
const LARGEST_SIDE = 512;

/**
 * The digit of a PNG as 784 pixels. A picture of 28×28 is taken as it is; any other is cropped, scaled and
 * centered as MNIST's digits were. Light ink on dark and dark ink on light are both understood.
 *
 * @throws BadRequestException if it is no PNG, a broken one, or one that is too large.
 */
export function pixelsFromPng(file: Buffer = Buffer.alloc(0)): ArrayLike<number> {
  const size = readPngSize(file);
  if (size === undefined) {
    throw new BadRequestException(`expected a PNG file, received ${file.length} bytes that are not one`);
  }
  if (size.width > LARGEST_SIDE || size.height > LARGEST_SIDE || size.width === 0 || size.height === 0) {
    throw new BadRequestException(
      `expected a PNG of 1×1 to ${LARGEST_SIDE}×${LARGEST_SIDE} pixels, received ${size.width}×${size.height}`,
    );
  }
  const ink = inkOrRefuse(file, size);
  return ink.width === 28 && ink.height === 28 ? ink.data : centerDigit(ink);
}

function inkOrRefuse(file: Buffer, size: { width: number; height: number }): InkImage {
  try {
    return toInk(decode(essentialsOf(file, size), { checkCrc: true }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BadRequestException(`expected a PNG file, received a broken one: ${reason}`);
  }
}
