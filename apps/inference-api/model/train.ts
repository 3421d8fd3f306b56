import { writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit } from '../digit-image/stroke-digits.js';
import { type DigitDataset, loadDigits, splitDigits } from './digit-dataset.js';
import { DigitNetwork } from './digit-network.js';
import { checkExport } from './export-check.js';
import { ExportedModel } from './exported-model.js';
import { exportNetwork } from './onnx-export.js';
import { perturbations, type Perturbation } from './perturbations.js';
import { type EpochReport, trainNetwork } from './trainer.js';
import { parseTrainingOptions, type TrainingOptions } from './training-options.js';

const HELD_OUT_IMAGES = 1500;
const VALIDATION_IMAGES = 500;
const GENERATED_DIGITS = 2000;

// Trains the digit model and writes it as ONNX. Read the model card beside it for the result.
const options = parseTrainingOptions(process.argv.slice(2)) ?? showUsage();
const digits = await loadDigits(options.folder);
const sizes = { heldOut: HELD_OUT_IMAGES, validation: VALIDATION_IMAGES };
const { training, validation, heldOut } = splitDigits(digits, sizes, options.seed);
console.log(
  `${digits.images.length} images: ${training.images.length} to train on, ` +
    `${validation.images.length} to watch, ${heldOut.images.length} held out`,
);

const network = new DigitNetwork(options.seed);
trainNetwork(network, { training, validation }, options, reportProgress(options));

const file = await exportNetwork(network);
await writeFile(options.output, file);
console.log(`\n${options.output}: ${(file.length / 1024).toFixed(0)} KiB`);

const model = await ExportedModel.load(file);
const { differenceFromNetwork, differenceFromAlone } = await checkExport(model, network, heldOut);
console.log(`differs from our own forward pass by ${differenceFromNetwork.toExponential(1)} at most`);
console.log(`an image alone or in a batch: ${differenceFromAlone.toExponential(1)} at most`);

console.log('\naccuracy');
printAccuracy('held out', await model.measureAccuracy(heldOut));
for (const perturbation of perturbations) {
  printAccuracy(`held out, ${perturbation.title}`, await measurePerturbed(perturbation));
}
printAccuracy(`${GENERATED_DIGITS} generated digits`, await model.measureAccuracy(generateDigits()));
await model.close();

function showUsage(): never {
  console.log(`Trains the digit model on MNIST, writes it as ONNX, and tells how often it is right.

  FOLDER        MNIST's gzipped IDX files (default ../shared/data/mnist)
  --output FILE where the model goes (default apps/inference-api/model/digits.onnx)
  --epochs N    passes over the images (default 20)
  --seed S      other first weights, split and distortions (default 1)
`);
  process.exit();
}

function reportProgress({ epochs }: TrainingOptions): (report: EpochReport) => void {
  const start = performance.now();
  return ({ epoch, loss, validationAccuracy }) => {
    const elapsedSeconds = (performance.now() - start) / 1000;
    const remainingSeconds = (elapsedSeconds / epoch) * (epochs - epoch);
    console.log(
      `epoch ${String(epoch).padStart(2)}/${epochs}  loss ${loss.toFixed(3)}  ` +
        `validation ${(100 * validationAccuracy).toFixed(1)} %  ` +
        `${elapsedSeconds.toFixed(0)} s, ${remainingSeconds.toFixed(0)} s to go`,
    );
  };
}

async function measurePerturbed({ variants }: Perturbation): Promise<number> {
  let sum = 0;
  for (const variant of variants) {
    sum += await model.measureAccuracy({ images: heldOut.images.map(variant), labels: heldOut.labels });
  }
  return sum / variants.length;
}

function generateDigits(): DigitDataset {
  const random = createRandom(options.seed);
  const generated = Array.from({ length: GENERATED_DIGITS }, () => generateDigit(random));
  return {
    images: generated.map(({ pixels }) => Float32Array.from(pixels, (value) => value / 255)),
    labels: Uint8Array.from(generated, ({ label }) => label),
  };
}

function printAccuracy(title: string, accuracy: number): void {
  console.log(`  ${title.padEnd(34)} ${(100 * accuracy).toFixed(2)} %`);
}
