import { copyBlock, isContiguous } from './copy-block.js';
import { toCopyPlaces } from './tensor-elements.js';

describe('copyBlock', () => {
  it('copies a block into the middle of a tensor and leaves the rest alone', () => {
    const from = Int16Array.of(1, 2, 3, 4);
    const to = new Int16Array(12).fill(-1);
    copyBlock(
      [2, 2],
      { elements: toCopyPlaces(from), dims: [2, 2], start: 0 },
      { elements: toCopyPlaces(to), dims: [3, 4], start: 5 },
    );
    expect(Array.from(to)).toEqual([-1, -1, -1, -1, -1, 1, 2, -1, -1, 3, 4, -1]);
  });

  it('copies a single element, which has no axes', () => {
    const to = ['', ''];
    copyBlock(
      [],
      { elements: toCopyPlaces(['a']), dims: [], start: 0 },
      { elements: toCopyPlaces(to), dims: [], start: 1 },
    );
    expect(to).toEqual(['', 'a']);
  });

  it('goes by the array’s own part of a larger buffer', () => {
    const from = Float64Array.of(9, 1, 2, 9).subarray(1, 3);
    const to = new Float64Array(2);
    copyBlock(
      [2],
      { elements: toCopyPlaces(from), dims: [2], start: 0 },
      { elements: toCopyPlaces(to), dims: [2], start: 0 },
    );
    expect(Array.from(to)).toEqual([1, 2]);
  });
});

describe('isContiguous', () => {
  it.each([
    [[1, 3, 4], [5, 3, 4], true],
    [[2, 3, 4], [5, 3, 4], true],
    [[1, 2, 4], [5, 3, 4], true],
    [[2, 2, 4], [5, 3, 4], false],
    [[2, 1, 4], [2, 5, 4], false],
    [[1, 1, 2], [5, 3, 4], true],
    [[], [], true],
  ])('knows whether %j lies in one piece in %j', (block, dims, expected) => {
    expect(isContiguous(block, dims)).toBe(expected);
  });
});
