import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { buildEncoderModel, buildPerceptronModel } from 'nestjs-batching/testing';

interface Ran {
  readonly executionProvider: string;
  /** The rows of each output. */
  readonly outputs: readonly (readonly (readonly number[])[])[];
}

/** A Vulkan driver in software, as Debian's chromium brings it: WebGPU's real code path without a GPU. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Models, and how many outputs each has. */
const MODELS = {
  perceptron: { build: () => buildPerceptronModel({ layers: 3, width: 64 }), outputs: 1 },
  digits: { build: () => readFile('apps/inference-api/model/digits.onnx'), outputs: 1 },
  encoder: { build: () => buildEncoderModel({ width: 32 }), outputs: 2 },
};

// Where the continuous integration has lost the driver, the test shall fail and not fall silent.
const isSkipped = !existsSync(DRIVER) && process.env['CI'] !== 'true';
const withDriver = isSkipped ? it.skip : it;
if (isSkipped)
  console.warn(`The WebGPU test is skipped: ${DRIVER} is missing (Debian: apt-get install chromium).`);

describe('OnnxModel on WebGPU', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-webgpu-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  withDriver.each(Object.keys(MODELS) as (keyof typeof MODELS)[])(
    'gives what the CPU gives, to a thousandth (%s)',
    async (name) => {
      const path = join(folder, `${name}.onnx`);
      await writeFile(path, await MODELS[name].build());
      const program = join('test', 'onnx', 'programs', 'compare-with-webgpu.js');
      // The driver is chosen in the environment that a process starts with.
      const env = {
        ...process.env,
        VK_ICD_FILENAMES: DRIVER,
        LD_LIBRARY_PATH: dirname(DRIVER),
        XDG_RUNTIME_DIR: folder,
      };
      const { stdout } = await promisify(execFile)(process.execPath, [program, path, name], { env });
      const { webgpu, cpu } = JSON.parse(stdout) as { webgpu: Ran; cpu: Ran };

      expect([webgpu.executionProvider, cpu.executionProvider]).toEqual(['webgpu', 'cpu']);
      expect(cpu.outputs).toHaveLength(MODELS[name].outputs);
      cpu.outputs.forEach((rows, output) => expectClose(webgpu.outputs[output] ?? [], rows));
    },
    120_000,
  );
});

function expectClose(rows: Ran['outputs'][number], wanted: Ran['outputs'][number]): void {
  expect(rows.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  expect(wanted).toHaveLength(5);
  const expected = wanted.flat();
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(0.1);
  const differences = rows.flat().map((element, index) => Math.abs(element - (expected[index] ?? NaN)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1e-3 * largest);
}
