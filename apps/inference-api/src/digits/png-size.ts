const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The signature, then the IHDR chunk: length, name, width, height (PNG specification, 11.2.2). */
const WIDTH_OFFSET = 16;
const HEIGHT_OFFSET = 20;

/** Width and height that a PNG claims, before any of it is unpacked; undefined if the bytes are no PNG. */
export function readPngSize(file: Buffer): { width: number; height: number } | undefined {
  if (!Buffer.isBuffer(file) || file.length < HEIGHT_OFFSET + 4) return undefined;
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  return { width: file.readUInt32BE(WIDTH_OFFSET), height: file.readUInt32BE(HEIGHT_OFFSET) };
}
