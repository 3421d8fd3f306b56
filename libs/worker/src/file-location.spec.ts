import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { isFileLocation, toFileUrl } from './file-location.js';

describe('A file location', () => {
  const absolute = resolve('folder', 'a file.onnx');

  it.each<[string, string | URL]>([
    ['an absolute path', absolute],
    ['a path from the working directory', 'folder/a file.onnx'],
    ['a URL', pathToFileURL(absolute)],
    ['a URL as text', pathToFileURL(absolute).href],
  ])('is %s', (_, location) => {
    expect(isFileLocation(location)).toBe(true);
    expect(fileURLToPath(toFileUrl(location))).toBe(absolute);
  });

  it('is a path with a drive, which is no scheme', () => {
    expect(isFileLocation('C:\\models\\digits.onnx')).toBe(true);
  });

  it.each([
    ['the URL of something else', new URL('https://example.com/a.onnx')],
    ['such a URL as text', 'https://example.com/a.onnx'],
    ['nothing', ''],
    ['no text at all', 7],
    ['undefined', undefined],
  ])('is not %s', (_, value) => {
    expect(isFileLocation(value)).toBe(false);
  });
});
