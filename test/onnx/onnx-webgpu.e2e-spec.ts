import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { buildOnnxModel } from 'nestjs-batching/testing';

interface Ran {
  readonly executionProvider: string;
  readonly rows: readonly (readonly number[])[];
}

/** A Vulkan driver in software, as Debian's chromium brings it: WebGPU's real code path without a GPU. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

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

  withDriver(
    'gives what the CPU gives, to a thousandth',
    async () => {
      const path = join(folder, 'perceptron.onnx');
      await writeFile(path, await buildPerceptron());
      const program = join('test', 'onnx', 'programs', 'compare-with-webgpu.js');
      // The driver is chosen in the environment that a process starts with.
      const env = {
        ...process.env,
        VK_ICD_FILENAMES: DRIVER,
        LD_LIBRARY_PATH: dirname(DRIVER),
        XDG_RUNTIME_DIR: folder,
      };
      const { stdout } = await promisify(execFile)(process.execPath, [program, path], { env });
      const { webgpu, cpu } = JSON.parse(stdout) as { webgpu: Ran; cpu: Ran };

      expect([webgpu.executionProvider, cpu.executionProvider]).toEqual(['webgpu', 'cpu']);
      expect(webgpu.rows).toHaveLength(5);
      const expected = cpu.rows.flat();
      const largest = Math.max(...expected.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      webgpu.rows.flat().forEach((element, index) => {
        expect(Math.abs(element - (expected[index] ?? NaN))).toBeLessThanOrEqual(1e-3 * largest);
      });
    },
    120_000,
  );
});

function buildPerceptron(): Promise<Uint8Array> {
  const waves = (length: number): Float32Array =>
    Float32Array.from({ length }, (_, index) => Math.sin(index + 1));
  return buildOnnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 64] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 8] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w1'], outputs: ['h1'] },
      { op: 'Relu', inputs: ['h1'], outputs: ['h2'] },
      { op: 'MatMul', inputs: ['h2', 'w2'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'w1', type: 'float32', dims: [64, 128], data: waves(64 * 128) },
      { name: 'w2', type: 'float32', dims: [128, 8], data: waves(128 * 8) },
    ],
  });
}
