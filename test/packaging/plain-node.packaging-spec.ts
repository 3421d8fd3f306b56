import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { folder as preparedFolder, installInto, nodes, pack } from './prepared.js';
import { ALL_IN_ORDER, proveApp } from './prove-app.js';
import { runProgram, type EndedProgram } from './run-program.js';

const CONCURRENT = 200;

const DOUBLE = `
  const batcher = new DynamicBatcher({ maxBatchSize: 32 }, async (numbers) => numbers.map((n) => 2 * n));
  const numbers = Array.from({ length: ${CONCURRENT} }, (_, index) => index);
  Promise.all(numbers.map((n) => batcher.process(n))).then(async (answers) => {
    await batcher.drain();
    console.log(answers.filter((answer, n) => answer === 2 * n).length, batcher.getStatistics().batches.completed > 1);
  });`;

/** @param kind Whether the program is an ES module or CommonJS. */
function evaluate(
  folder: string,
  kind: 'module' | 'commonjs',
  program: string,
  node: string,
): Promise<EndedProgram> {
  return runProgram(node, [`--input-type=${kind}`, '--eval', program], { cwd: folder });
}

describe('nestjs-batching/core without Nest', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await installInto('plain-node', ['--omit=peer', pack.tarball]);
    await cp(join(PROJECT_ROOT, 'test/packaging/plain-app/main.js'), join(folder, 'main.mjs'));
  });

  describe.each(nodes)('on Node $major', ({ path: node }) => {
    it.each<['module' | 'commonjs', string]>([
      ['module', "import { DynamicBatcher } from 'nestjs-batching/core';"],
      ['commonjs', "const { DynamicBatcher } = require('nestjs-batching/core');"],
    ])(`gives ${CONCURRENT} callers their own answers, and lets the process end: %s`, async (kind, load) => {
      expect(await evaluate(folder, kind, load + DOUBLE, node)).toEqual({
        code: 0,
        output: `${CONCURRENT} true\n`,
      });
    });

    it('batches behind Node’s own server, and ends in order under load', async () => {
      const report = await proveApp(node, join(folder, 'main.mjs'));
      expect(report).toMatchObject(ALL_IN_ORDER);
      expect(report.largestBatch).toBeGreaterThan(1);
    });
  });

  it('names the package that is missing where Nest is needed', async () => {
    const { code, output } = await evaluate(folder, 'module', "import 'nestjs-batching';", process.execPath);
    expect(code).toBe(1);
    expect(output).toContain("Cannot find package '@nestjs/common'");
  });
});

describe('a subpath whose optional package is not installed', () => {
  let folder = '';

  beforeAll(async () => {
    // Nest comes along, as the peer that it is.
    folder = await installInto('no-optional-peers', [pack.tarball]);
  });

  it.each([
    [
      'onnxruntime-node',
      `import { OnnxModel } from 'nestjs-batching/onnx';
       await OnnxModel.load('any', { path: 'package.json' });`,
      'npm install onnxruntime-node',
    ],
    [
      'protobufjs',
      `import { buildOnnxModel } from 'nestjs-batching/testing';
       await buildOnnxModel({ inputs: [], outputs: [], nodes: [] });`,
      'npm install protobufjs',
    ],
  ])('says that %s is missing', async (_missing, program, message) => {
    const { code, output } = await evaluate(folder, 'module', program, process.execPath);
    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  describe.each(nodes)('on Node $major', ({ path: node }) => {
    it.each<['module' | 'commonjs', string]>([
      ['module', "import { BatchingHealthModule } from 'nestjs-batching/health';"],
      ['commonjs', "const { BatchingHealthModule } = require('nestjs-batching/health');"],
    ])('says at its import that @nestjs/terminus is missing: %s', async (kind, load) => {
      const { code, output } = await evaluate(folder, kind, load, node);
      expect(code).toBe(1);
      expect(output).toContain(
        'Error: nestjs-batching/health needs the package "@nestjs/terminus"; run `npm install @nestjs/terminus`.',
      );
    });
  });

  it('says nothing of a package that a bundler may have put beside it', async () => {
    // A file of a bundle lies where no package is installed.
    const bundled = join(preparedFolder, 'bundled.mjs');
    await copyFile(join(folder, 'node_modules/nestjs-batching/dist/libs/health/src/terminus.js'), bundled);
    const load = `await import(${JSON.stringify(pathToFileURL(bundled))});`;
    expect(await evaluate(folder, 'module', load, process.execPath)).toEqual({ code: 0, output: '' });
  });

  it('is not in the way of the others', async () => {
    const program = "await import('nestjs-batching'); await import('nestjs-batching/testing');";
    const load = `${program} await import('nestjs-batching/onnx'); await import('nestjs-batching/worker');`;
    expect(await evaluate(folder, 'module', load, process.execPath)).toEqual({ code: 0, output: '' });
  });
});
