import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { drawDigits } from './digits.js';
import { pngKinds } from './png-kinds.js';

/** A request that is wrong, and what the sample has to say of it. */
export interface BadRequest {
  readonly name: string;
  readonly path?: string;
  readonly init: RequestInit;
  readonly status: number;
  readonly says: RegExp;
}

const EXPECTS_PIXELS = /expected an array of 784 numbers from 0 \(background\) to 255 \(ink\)/;
const pixels = drawDigits(8)[7]?.pixels ?? [];
const png = Buffer.from(pngKinds[0]?.encode(pixels) ?? []);

export const badRequests: readonly BadRequest[] = [
  json('too few pixels', { pixels: pixels.slice(1) }, /784 numbers.*received 783/),
  json('too many pixels', { pixels: [...pixels, 0] }, /784 numbers.*received 785/),
  json('no pixels', {}, EXPECTS_PIXELS),
  json('pixels that are text', { pixels: 'seven' }, EXPECTS_PIXELS),
  json('a pixel that is text', withPixel('255'), /received "255", expected a number from 0/),
  json('a pixel that is null, as JSON writes NaN', withPixel(NaN), /received null, expected a number from 0/),
  json('a pixel below 0', withPixel(-1), /pixels\.300: received -1, expected a number from 0/),
  json('a pixel above 255', withPixel(256), /pixels\.300: received 256, expected a number from 0/),
  json('an array as body', [1, 2], /expected a JSON object \{ "pixels"/),
  jsonText(
    'NaN',
    JSON.stringify(withPixel(0)).replace('0', 'NaN'),
    /not valid JSON.*"pixels": \[784 numbers/,
  ),
  jsonText(
    'a pixel of 1e999, which is Infinity',
    JSON.stringify({ pixels: [...pixels.slice(1), 9e99] }).replace('9e+99', '1e999'),
    /received Infinity, expected a number from 0/,
  ),
  jsonText(
    'a pixel that is nested deeper than anything can follow',
    JSON.stringify(withPixel(null)).replace('null', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    /pixels\.300: received an array, expected a number from 0/,
  ),
  jsonText('broken JSON', '{"pixels":[0,1', /not valid JSON.*"pixels": \[784 numbers/),
  {
    name: 'images in broken JSON',
    path: '/digits/classify-many',
    init: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"images":[[0' },
    status: 400,
    says: /not valid JSON.*\{ "images": \[\.\.\.\] \}/,
  },
  jsonText('an empty body', '', EXPECTS_PIXELS),
  { name: 'no body at all', init: { method: 'POST' }, status: 400, says: /expected a JSON object/ },
  {
    name: 'another content type',
    init: { method: 'POST', headers: { 'content-type': 'text/csv' }, body: '0,1,2' },
    status: 415,
    says: /received the content type text\/csv, expected application\/json.*image\/png.*multipart/,
  },
  {
    name: 'images in a charset that there is not',
    path: '/digits/classify-many',
    init: { method: 'POST', headers: { 'content-type': 'application/json; charset=foo' }, body: '{}' },
    status: 415,
    says: /unsupported charset/,
  },
  image('a PNG that is none', Buffer.from('GIF89a, in truth'), /expected a PNG file, received 16 bytes/),
  image('an empty PNG', Buffer.alloc(0), /expected a PNG file, received 0 bytes/),
  image('a truncated PNG', png.subarray(0, png.length - 40), /expected a PNG file, received a broken one/),
  image('a PNG with a flipped bit', flipBit(png), /expected a PNG file, received a broken one/),
  image(
    'a PNG that claims 30000×30000 pixels',
    claimSize(png, 30_000),
    /expected a PNG of 1×1 to 512×512 pixels, received 30000×30000/,
  ),
  image('a PNG that claims no pixels', claimSize(png, 0), /1×1 to 512×512 pixels, received 0×0/),
  image(
    'a PNG whose pixels name colors that its palette lacks',
    Buffer.from(
      encode({ width: 28, height: 28, data: Uint8Array.from(pixels), channels: 1, palette: [[0, 0, 0]] }),
    ),
    /expected a PNG file, received a broken one: .*palette/,
  ),
  image(
    'a small PNG that unpacks to 100 MB',
    replacePixelData(png, deflateSync(Buffer.alloc(100_000_000))),
    /received a broken one: its pixel data are more than a picture of its size has/,
  ),
  {
    name: 'a form without a file',
    init: { method: 'POST', body: form([]) },
    status: 400,
    says: /expected one PNG file in the form, received none/,
  },
  {
    name: 'a form with a file that is no PNG',
    init: { method: 'POST', body: form([Buffer.from('seven')]) },
    status: 400,
    says: /expected a PNG file, received 5 bytes/,
  },
  {
    name: 'a form with two files',
    init: { method: 'POST', body: form([png, png]) },
    status: 400,
    says: /file/i,
  },
  {
    name: 'a JSON body of 50 MB',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.alloc(50_000_000, ' '),
    },
    status: 413,
    says: /too large: at most 1 MiB for a PNG, 4 MiB for JSON/,
  },
  {
    name: 'a PNG of 50 MB',
    init: { method: 'POST', headers: { 'content-type': 'image/png' }, body: Buffer.alloc(50_000_000) },
    status: 413,
    says: /too large: at most 1 MiB for a PNG/,
  },
  {
    name: 'a route that there is not',
    path: '/digits/clasify',
    init: { method: 'POST' },
    status: 404,
    says: /Cannot POST \/digits\/clasify.*POST \/digits\/classify/,
  },
];

function json(name: string, body: unknown, says: RegExp): BadRequest {
  return jsonText(name, JSON.stringify(body), says);
}

function jsonText(name: string, body: string, says: RegExp): BadRequest {
  const headers = { 'content-type': 'application/json' };
  return { name, init: { method: 'POST', headers, body }, status: 400, says };
}

function image(name: string, body: Buffer, says: RegExp): BadRequest {
  const headers = { 'content-type': 'image/png' };
  return { name, init: { method: 'POST', headers, body }, status: 400, says };
}

function form(files: readonly Buffer[]): FormData {
  const data = new FormData();
  data.append('note', 'a seven');
  for (const file of files) data.append('drawing', new Blob([file], { type: 'image/png' }), 'digit.png');
  return data;
}

function withPixel(pixel: unknown): { pixels: unknown[] } {
  return { pixels: pixels.map((value, index) => (index === 300 ? pixel : value)) };
}

/** Width and height stand in the IHDR chunk from byte 16 on; its checksum, from 29 on, is made right again. */
function claimSize(file: Buffer, side: number): Buffer {
  const claiming = Buffer.from(file);
  claiming.writeUInt32BE(side, 16);
  claiming.writeUInt32BE(side, 20);
  claiming.writeUInt32BE(crc32(claiming.subarray(12, 29)), 29);
  return claiming;
}

/** After the IHDR chunk, which ends at byte 33, comes the only IDAT chunk, and after that IEND of 12 bytes. */
function replacePixelData(file: Buffer, packed: Buffer): Buffer {
  const chunk = Buffer.alloc(packed.length + 12);
  chunk.writeUInt32BE(packed.length, 0);
  chunk.write('IDAT', 4, 'latin1');
  packed.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), packed.length + 8);
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(-12)]);
}

/** In the middle, where the pixels are. */
function flipBit(file: Buffer): Buffer {
  const flipped = Buffer.from(file);
  const middle = flipped.length >> 1;
  flipped.writeUInt8((flipped[middle] ?? 0) ^ 1, middle);
  return flipped;
}
