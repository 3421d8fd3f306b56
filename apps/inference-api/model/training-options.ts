import { parseArgs } from 'node:util';

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

/** How to call the script. */
export const usage = 'train.js [folder with MNIST] [--output digits.onnx] [--epochs 20] [--seed 1]';

/** @throws Error that names the argument that is wrong. */
export function parseTrainingOptions(args: readonly string[]): TrainingOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: 'string', default: 'apps/inference-api/model/digits.onnx' },
      epochs: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  });
  return {
    folder: positionals[0] ?? '../shared/data/mnist',
    output: values.output,
    epochs: integer('epochs', values.epochs, 1),
    seed: integer('seed', values.seed, 0),
  };
}

function integer(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`--${name} must be an integer of at least ${least}, received "${text}". Usage: ${usage}`);
  }
  return value;
}
