import { encode, type ImageData } from 'fast-png';

/** 0 background to 255 ink, row by row; as high as wide. */
type Ink = readonly number[];

/** A way in which a program may save a drawing as PNG. */
export interface PngKind {
  readonly name: string;
  readonly encode: (ink: Ink) => Uint8Array;
}

export const pngKinds: readonly PngKind[] = [
  kind('grey, light on dark', 1, (ink) => [ink]),
  kind('grey, dark on light', 1, (ink) => [255 - ink]),
  kind('RGB, white on black', 3, (ink) => [ink, ink, ink]),
  kind('RGB, black on white', 3, (ink) => [255 - ink, 255 - ink, 255 - ink]),
  kind('RGB, dark blue on pale yellow', 3, (ink) => [
    mix(255, 20, ink),
    mix(250, 30, ink),
    mix(200, 90, ink),
  ]),
  kind('RGBA, opaque', 4, (ink) => [ink, ink, ink, 255]),
  kind('RGBA, black on a transparent ground', 4, (ink) => [0, 0, 0, ink]),
  kind('RGBA, white on a transparent ground', 4, (ink) => [255, 255, 255, ink]),
  kind('grey with alpha, black on a transparent ground', 2, (ink) => [0, ink]),
  {
    name: '16 bit grey, light on dark',
    encode: (ink) =>
      pack(ink, { data: Uint16Array.from(ink, (value) => 257 * value), depth: 16, channels: 1 }),
  },
  {
    name: '16 bit RGB, dark on light',
    encode: (ink) => {
      const data = Uint16Array.from(ink.flatMap((value) => Array<number>(3).fill(65_535 - 257 * value)));
      return pack(ink, { data, depth: 16, channels: 3 });
    },
  },
  {
    name: 'palette, dark on light',
    encode: (ink) =>
      pack(ink, {
        data: Uint8Array.from(ink),
        depth: 8,
        channels: 1,
        palette: shades((value) => [255 - value]),
      }),
  },
  {
    name: 'palette, black on a transparent ground',
    encode: (ink) =>
      pack(ink, {
        data: Uint8Array.from(ink),
        depth: 8,
        channels: 1,
        palette: shades((value) => [0, value]),
      }),
  },
];

/** The same drawing in `factor` times the size. */
export function enlarge(ink: Ink, factor: number): number[] {
  const side = Math.sqrt(ink.length);
  const large = side * factor;
  return Array.from({ length: large * large }, (_, pixel) => {
    const row = Math.floor(pixel / large / factor);
    const column = Math.floor((pixel % large) / factor);
    return ink[row * side + column] ?? 0;
  });
}

function kind(name: string, channels: number, toPixel: (ink: number) => readonly number[]): PngKind {
  return {
    name,
    encode: (ink) => pack(ink, { data: Uint8Array.from(ink.flatMap((value) => toPixel(value))), channels }),
  };
}

function pack(ink: Ink, image: Omit<ImageData, 'width' | 'height'>): Uint8Array {
  const side = Math.sqrt(ink.length);
  return encode({ ...image, width: side, height: side });
}

function mix(ground: number, pen: number, ink: number): number {
  return Math.round(ground + ((pen - ground) * ink) / 255);
}

/** A palette in which entry *i* stands for ink *i*: a grey, or a grey and its opacity. */
function shades(toShade: (ink: number) => readonly [number] | readonly [number, number]): number[][] {
  return Array.from({ length: 256 }, (_, ink) => {
    const [grey, alpha] = toShade(ink);
    return alpha === undefined ? [grey, grey, grey] : [grey, grey, grey, alpha];
  });
}
