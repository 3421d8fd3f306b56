import { gzipSync } from 'node:zlib';
import { readIdxImages, readIdxLabels } from './idx-reader.js';

const images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];
const labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9];

describe('readIdxImages', () => {
  it('gives size and pixels', () => {
    const { count, rows, columns, pixels } = readIdxImages(gzip(images));
    expect({ count, rows, columns }).toEqual({ count: 2, rows: 1, columns: 3 });
    expect([...pixels]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('refuses a file of labels', () => {
    expect(() => readIdxImages(gzip(labels))).toThrow('starts with 0x00000803, received 0x00000801');
  });

  it('refuses a file that is cut short', () => {
    expect(() => readIdxImages(gzip(images.slice(0, -2)))).toThrow('announces 6 bytes of data, received 4');
  });

  it('refuses an empty file', () => {
    expect(() => readIdxImages(gzip([]))).toThrow('received 0x00000000');
  });
});

describe('readIdxLabels', () => {
  it('gives the labels', () => {
    expect([...readIdxLabels(gzip(labels))]).toEqual([7, 9]);
  });

  it('refuses a file of images', () => {
    expect(() => readIdxLabels(gzip(images))).toThrow('starts with 0x00000801');
  });
});

function gzip(bytes: readonly number[]): Uint8Array {
  return gzipSync(Uint8Array.from(bytes));
}
