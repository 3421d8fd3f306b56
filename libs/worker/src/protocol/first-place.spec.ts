import { firstPlaceIn } from './first-place.js';

describe('The first place in a stack', () => {
  it.each([
    ['of a function', '    at load (file:///app/words.js:1:7)', 'file:///app/words.js:1:7'],
    ['of none', '    at file:///app/words.js:1:7', 'file:///app/words.js:1:7'],
    ['of one that was awaited', '    at async file:///app/words.js:1:7', 'file:///app/words.js:1:7'],
    ['of CommonJS', '    at Object.<anonymous> (/app/words.cjs:1:7)', '/app/words.cjs:1:7'],
    ['of a syntax error', '/app/words.cjs:1\nconst x = ;', '/app/words.cjs:1'],
    [
      'in a folder with a space',
      '    at Object.<anonymous> (/my app/words.cjs:1:7)',
      '/my app/words.cjs:1:7',
    ],
    ['in one with brackets', '    at Words.load [as x] (/app (2)/words.cjs:1:7)', '/app (2)/words.cjs:1:7'],
    ['of letters of all kinds', '    at /mein büro é/words.cjs:1:7', '/mein büro é/words.cjs:1:7'],
    ['on Windows', '    at load (C:\\my app\\words.cjs:1:7)', 'C:\\my app\\words.cjs:1:7'],
    [
      'is none of Node itself',
      '    at Module.load (node:internal/modules/cjs/loader:1:7)\n    at /app/words.cjs:2:8',
      '/app/words.cjs:2:8',
    ],
  ])('%s', (_, lines, place) => {
    expect(firstPlaceIn(`Error: no dictionary in /words:2 at all\n${lines}`)).toBe(place);
    expect(firstPlaceIn(`${lines}\n    at library (file:///library.js:1:7)`)).toBe(place);
  });

  it('is not there in a stack without one', () => {
    expect(
      firstPlaceIn('Error: no dictionary\n    at Module.load (node:internal/modules:1:7)'),
    ).toBeUndefined();
    expect(firstPlaceIn('')).toBeUndefined();
  });
});
