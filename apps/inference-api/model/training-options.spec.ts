import { parseTrainingOptions } from './training-options.js';

describe('parseTrainingOptions', () => {
  it('has defaults for everything', () => {
    expect(parseTrainingOptions([])).toEqual({
      folder: '../shared/data/mnist',
      output: 'apps/inference-api/model/digits.onnx',
      epochs: 20,
      seed: 1,
    });
  });

  it('takes a folder and options', () => {
    const args = ['mnist', '--output', 'other.onnx', '--epochs', '3', '--seed', '7'];
    expect(parseTrainingOptions(args)).toEqual({ folder: 'mnist', output: 'other.onnx', epochs: 3, seed: 7 });
  });

  it.each(['0', '1.5', 'many', '-1'])('refuses %s epochs', (epochs) => {
    expect(() => parseTrainingOptions([`--epochs=${epochs}`])).toThrow(
      `--epochs: received "${epochs}", expected an integer from 1`,
    );
  });

  it('has none for who asks how to call it', () => {
    expect(parseTrainingOptions(['--help'])).toBeUndefined();
  });

  it('refuses an option that it does not know', () => {
    expect(() => parseTrainingOptions(['--speed', '3'])).toThrow('--speed');
  });
});
