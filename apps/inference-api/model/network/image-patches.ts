/** Images of several channels, and the square patch around each pixel that a convolution sees. */
export interface PatchGeometry {
  readonly channels: number;
  /** Rows and columns of an image, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Side of a patch, in pixels; odd, so that a patch has a center. */
  readonly kernelSize: number;
}

/**
 * Lays out patches as a matrix of one row per place in a patch and one column per pixel. Outside of the image
 * everything is 0.
 *
 * @param image `[channels, height, width]`, starting at `offset`
 * @param patches `[channels · kernelSize², height · width]`
 */
export function copyPatches(
  image: Float32Array,
  offset: number,
  patches: Float32Array,
  geometry: PatchGeometry,
): void {
  patches.fill(0);
  forEachRun(geometry, (imageStart, patchStart, length) => {
    for (let step = 0; step < length; step++) {
      patches[patchStart + step] = image[offset + imageStart + step] ?? 0;
    }
  });
}

/** Adds each patch's values to the pixels from which `copyPatches` took them. */
export function addPatches(
  patches: Float32Array,
  image: Float32Array,
  offset: number,
  geometry: PatchGeometry,
): void {
  forEachRun(geometry, (imageStart, patchStart, length) => {
    for (let step = 0; step < length; step++) {
      const pixel = offset + imageStart + step;
      image[pixel] = (image[pixel] ?? 0) + (patches[patchStart + step] ?? 0);
    }
  });
}

/** Visits the stretches, each within one row, that image and patches have in common. */
function forEachRun(
  { channels, height, width, kernelSize }: PatchGeometry,
  visit: (imageStart: number, patchStart: number, length: number) => void,
): void {
  const padding = (kernelSize - 1) / 2;
  let patchRow = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let dy = -padding; dy <= padding; dy++) {
      for (let dx = -padding; dx <= padding; dx++, patchRow++) {
        const firstColumn = Math.max(0, -dx);
        const length = width - Math.abs(dx);
        for (let row = Math.max(0, -dy); row < Math.min(height, height - dy); row++) {
          visit(
            (channel * height + row + dy) * width + firstColumn + dx,
            (patchRow * height + row) * width + firstColumn,
            length,
          );
        }
      }
    }
  }
}
