import { parseArgs } from 'node:util';
import { parseInteger } from '../src/configuration/parse-integer.js';

/** What a training run is told on the command line. */
export interface TrainingOptions {
  /** Folder with MNIST's gzipped IDX files. Default: `../shared/data/mnist`. */
  readonly folder: string;
  /** Where the model goes. Default: `apps/inference-api/model/digits.onnx`. */
  readonly output: string;
  /** Passes over the training images, at least 1. Default: 20. */
  readonly epochs: number;
  /** Seed of everything random: split, first weights, augmentation. Default: 1. */
  readonly seed: number;
}

/** @returns undefined if somebody asks how to call it. @throws Error that names the argument that is wrong. */
export function parseTrainingOptions(args: readonly string[]): TrainingOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string', default: 'apps/inference-api/model/digits.onnx' },
      epochs: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    folder: positionals[0] ?? '../shared/data/mnist',
    output: values.output,
    epochs: parseInteger('--epochs', values.epochs, 1, Number.MAX_SAFE_INTEGER),
    seed: parseInteger('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
  };
}
