import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { fileLocationOf, toFileUrl } from './file-location.js';

describe('A file location', () => {
  const faultOf = fileLocationOf("the model's file");
  const absolute = resolve('folder', 'a file.onnx');

  it.each<[string, string | URL]>([
    ['an absolute path', absolute],
    ['a path from the working directory', 'folder/a file.onnx'],
    ['a URL', pathToFileURL(absolute)],
    ['a URL as text', pathToFileURL(absolute).href],
    ['a URL in capitals', pathToFileURL(absolute).href.replace('file:', 'FILE:')],
  ])('is %s', (_, location) => {
    expect(faultOf(location)).toBeUndefined();
    expect(fileURLToPath(toFileUrl(location))).toBe(absolute);
  });

  it('is a path with a drive, which is no scheme', () => {
    expect(faultOf('C:\\models\\digits.onnx')).toBeUndefined();
  });

  it.each([
    ['the URL of something else', new URL('https://example.com/a.onnx')],
    ['such a URL as text', 'https://example.com/a.onnx'],
    ['a URL with a host', 'file://models/digits.onnx'],
    ['a URL whose path has a slash within a name', 'file:///a%2Fb.onnx'],
    ['such a URL as an object', new URL('file:///a%2Fb.onnx')],
    ['a URL that cannot be read', 'file://['],
    ['nothing', ''],
    ['no text at all', 7],
    ['undefined', undefined],
  ])('is not %s', (_, value) => {
    expect(faultOf(value)).toMatch(/^the path or file: URL of the model's file/);
  });

  it('is asked for with the reason why a URL is none', () => {
    expect(faultOf(7)).toBe("the path or file: URL of the model's file");
    expect(faultOf('file:///a%2Fb.onnx')).toBe(
      "the path or file: URL of the model's file (this URL is none: File URL path must not include encoded / " +
        'characters; that of an absolute path has three slashes, file:///)',
    );
  });
});
