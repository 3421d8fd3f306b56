import { splitDigits, stackImages, type DigitDataset } from './digit-dataset.js';

const digits: DigitDataset = {
  images: Array.from({ length: 100 }, (_, index) => new Float32Array(784).fill(index)),
  labels: Uint8Array.from({ length: 100 }, (_, index) => index),
};
const sizes = { heldOut: 20, validation: 10 };

describe('splitDigits', () => {
  it('puts every image, with its label, into exactly one part', () => {
    const { training, validation, heldOut } = splitDigits(digits, sizes, 1);
    expect([training, validation, heldOut].map(({ images }) => images.length)).toEqual([70, 10, 20]);
    const labels = [training, validation, heldOut].flatMap((part) => [...part.labels]);
    expect(labels.sort((left, right) => left - right)).toEqual([...digits.labels]);
    for (const part of [training, validation, heldOut]) {
      expect(part.images.map((image) => image[0])).toEqual([...part.labels]);
    }
  });

  it('holds the same images out for the same seed', () => {
    const heldOut = (seed: number) => [...splitDigits(digits, sizes, seed).heldOut.labels];
    expect(heldOut(5)).toEqual(heldOut(5));
    expect(heldOut(5)).not.toEqual(heldOut(6));
  });
});

describe('stackImages', () => {
  it('puts the images one after the other', () => {
    const stacked = stackImages(digits.images.slice(3, 5));
    expect([stacked.length, stacked[0], stacked[783], stacked[784]]).toEqual([1568, 3, 3, 4]);
  });
});
