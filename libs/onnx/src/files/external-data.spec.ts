import { mkdir, mkdtemp, readdir, readlink, realpath, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildOnnxModel, type OnnxInitializer } from 'nestjs-batching/testing';

import { writeWithExternalWeights } from '../../../../test/onnx/external-weights.js';
import { loadOnnxProto } from '../../../testing/src/onnx-models/onnx-proto.js';
import { findExternalData } from './external-data.js';

describe('findExternalData', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'external-data-'));
    path = join(folder, 'model.onnx');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('finds none where the weights are in the model', async () => {
    await writeFile(path, await modelWith([weights('w', 1000)]));
    await expect(findExternalData(path)).resolves.toEqual([]);
  });

  it('finds each file once, beside the model and in folders, whatever stands between', async () => {
    await mkdir(join(folder, 'weights'));
    // Some weights are larger than what is read at a time, in front of those in files and behind them.
    const model = await modelWith([
      weights('large', 50_000),
      weights('a', 10),
      weights('b', 20),
      weights('c', 30),
      weights('last', 50_000),
    ]);
    const locations = [undefined, 'model.onnx.data', join('weights', 'b.bin'), 'model.onnx.data'];
    await writeWithExternalWeights(path, model, locations);
    await expect(findExternalData(path)).resolves.toEqual([
      join(folder, 'model.onnx.data'),
      join(folder, 'weights', 'b.bin'),
    ]);
  });

  it('finds those of the parts that a model has in its operators and functions', async () => {
    const tensor = (location: string): object => ({
      dims: [1],
      dataType: 1,
      dataLocation: 1,
      externalData: [
        { key: 'offset', value: '4096' },
        { key: 'location', value: location },
      ],
    });
    const nodeOf = (attribute: object): object => ({ opType: 'Any', attribute: [attribute] });
    const body = (location: string): object => ({ initializer: [tensor(location)] });
    await writeProto({
      graph: {
        node: [
          nodeOf({ name: 'value', t: tensor('value') }),
          nodeOf({ name: 'then_branch', g: body('branch') }),
          nodeOf({ name: 'values', tensors: [tensor('values')] }),
          nodeOf({ name: 'bodies', graphs: [body('body')] }),
          nodeOf({ name: 'sparse', sparseTensor: { values: tensor('sparse'), indices: tensor('places') } }),
          nodeOf({ name: 'sparses', sparseTensors: [{ values: tensor('sparses') }] }),
        ],
        sparseInitializer: [{ values: tensor('initializer') }],
      },
      functions: [
        {
          node: [nodeOf({ name: 'value', t: tensor('function') })],
          attributeProto: [{ name: 'preset', t: tensor('preset') }],
        },
      ],
    });
    const names = ['value', 'branch', 'values', 'body', 'sparse', 'places', 'sparses', 'initializer'];
    await expect(findExternalData(path)).resolves.toEqual(
      [...names, 'function', 'preset'].map((name) => join(folder, name)),
    );
  });

  it('takes no name of another kind for that of a file', async () => {
    await writeProto({ graph: { node: [{ opType: 'Any', input: ['location'], output: ['y'] }] } });
    await expect(findExternalData(path)).resolves.toEqual([]);
  });

  it('finds a file by a name in any script, also where what is read at a time ends within it', async () => {
    const name = 'Gewichte-重み-веса.bin';
    for (let length = 65_400; length < 65_536; length += 1) {
      await writeProto({
        docString: 'x'.repeat(length),
        graph: {
          initializer: [{ dims: [1], dataLocation: 1, externalData: [{ key: 'location', value: name }] }],
        },
      });
      await expect(findExternalData(path)).resolves.toEqual([join(folder, name)]);
    }
  });

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array()],
    ['text', Buffer.from('this is no model, and no other message either')],
    ['zeros', new Uint8Array(1000)],
    ['numbers that never end', new Uint8Array(200_000).fill(255)],
  ])('finds none in %s', async (_, content) => {
    await writeFile(path, content);
    await expect(findExternalData(path)).resolves.toEqual([]);
  });

  it('comes to an end with a model that is cut off, wherever', async () => {
    await writeWithExternalWeights(path, await modelWith([weights('w', 10)]), ['w.bin']);
    for (let length = 300; length >= 0; length -= 1) {
      await truncate(path, length);
      const found = await findExternalData(path);
      expect([0, 1]).toContain(found.length);
    }
  });

  it('rejects with what the file system says', async () => {
    await expect(findExternalData(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('leaves no file open', async () => {
    await writeFile(path, await modelWith([weights('w', 10)]));
    await findExternalData(path);
    const links = (await readdir('/proc/self/fd')).map((name) => `/proc/self/fd/${name}`);
    // That of the listing itself is closed by now.
    const open = await Promise.all(links.map((link) => readlink(link).catch(() => undefined)));
    expect(open).not.toContain(await realpath(path));
  });

  async function writeProto(model: object): Promise<void> {
    const type = await loadOnnxProto('ModelProto');
    await writeFile(path, type.encode(type.fromObject(model)).finish());
  }
});

function weights(name: string, count: number): OnnxInitializer {
  return { name, type: 'float32', dims: [count], data: new Float32Array(count) };
}

function modelWith(initializers: readonly OnnxInitializer[]): Promise<Uint8Array> {
  return buildOnnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    initializers,
  });
}
