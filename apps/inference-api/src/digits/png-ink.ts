import { convertIndexedToRgb, type DecodedPng } from 'fast-png';

/** A picture of one value per pixel: 0 background to 255 ink. */
export interface InkImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What is ink in a picture: whatever differs from its background, which is what its edge shows. */
export function toInk(png: DecodedPng): InkImage {
  const { width, height } = png;
  const lightness = toLightness(png);
  const isBackgroundLight = medianOfEdge(lightness, width, height) > 127;
  return { width, height, data: isBackgroundLight ? lightness.map((value) => 255 - value) : lightness };
}

/** 0 black to 255 white; what is transparent shows a ground that the drawing stands out from. */
function toLightness(png: DecodedPng): Uint8Array {
  const { data, channels } = png.palette === undefined ? png : fromPalette(png);
  const largest = png.palette === undefined ? 2 ** png.depth - 1 : 255;
  const hasAlpha = channels === 2 || channels === 4;
  const colors = hasAlpha ? channels - 1 : channels;
  const pixelCount = png.width * png.height;
  const lightness = new Float32Array(pixelCount);
  const opacity = new Float32Array(pixelCount).fill(1);
  for (let pixel = 0; pixel < pixelCount; pixel += 1) {
    const start = pixel * channels;
    let sum = 0;
    for (let color = 0; color < colors; color += 1) sum += (data[start + color] ?? 0) / largest;
    lightness[pixel] = sum / colors;
    if (hasAlpha) opacity[pixel] = (data[start + colors] ?? 0) / largest;
  }
  const ground = meanOfVisible(lightness, opacity) > 0.5 ? 0 : 1;
  // `Uint8Array.from` with a function would take ten times as long: it lists all values first.
  const shown = lightness.map((value, pixel) => {
    const alpha = opacity[pixel] ?? 1;
    return Math.round(255 * (alpha * value + (1 - alpha) * ground));
  });
  return new Uint8Array(shown);
}

function fromPalette(png: DecodedPng): Pick<DecodedPng, 'data' | 'channels'> {
  const data = convertIndexedToRgb(png);
  return { data, channels: data.length / (png.width * png.height) };
}

function meanOfVisible(lightness: Float32Array, opacity: Float32Array): number {
  const visible = opacity.reduce((sum, alpha) => sum + alpha, 0);
  const light = lightness.reduce((sum, value, pixel) => sum + value * (opacity[pixel] ?? 1), 0);
  return visible === 0 ? 0 : light / visible;
}

function medianOfEdge(lightness: Uint8Array, width: number, height: number): number {
  const edge: number[] = [];
  for (let x = 0; x < width; x += 1) edge.push(lightness[x] ?? 0, lightness[(height - 1) * width + x] ?? 0);
  for (let y = 0; y < height; y += 1)
    edge.push(lightness[y * width] ?? 0, lightness[y * width + width - 1] ?? 0);
  edge.sort((one, other) => one - other);
  return edge[edge.length >> 1] ?? 0;
}
