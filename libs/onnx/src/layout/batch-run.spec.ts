import { signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import type { OnnxRow } from '../rows/onnx-row.js';
import { BatchLayout } from './batch-layout.js';
import type { BatchRun } from './batch-run.js';
import type { BatchedInput } from '../signature/batched-tensor.js';

it('A BatchRun gives each caller a shared output of his own, to which he may write', () => {
  const table = tensor({ name: 'table', shape: [2], batchAxis: undefined });
  const layout = new BatchLayout('tables', signature({ outputs: [table] }));
  const [run] = layout.plan([0, 1, 2].map((value) => layout.read({ x: Float32Array.of(value) })));
  const output = { name: 'table', type: 'float32', dims: [2], data: Float32Array.of(3, 1) } as const;
  const tables = (run?.split([output]) ?? []).map((row) => row['table']?.data as Float32Array);
  expect(tables).toHaveLength(3);
  for (const [caller, table] of tables.entries()) {
    expect(table).toEqual(Float32Array.of(3, 1));
    table.fill(caller);
  }
});

/** Node has them; the language level that the sources are checked at does not. */
interface ResizableBuffer extends ArrayBuffer {
  resize(byteLength: number): void;
}

describe('A BatchRun whose callers change their arrays before it is stacked', () => {
  let words: string[];
  let buffer: ResizableBuffer;
  beforeEach(() => {
    words = ['a', 'b'];
    buffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]) as ResizableBuffer;
  });

  it.each<[string, () => void, string]>([
    [
      'an emptied array of strings',
      () => void (words.length = 0),
      'input "words" has 0 elements now and had 2',
    ],
    ['a lengthened one', () => void words.push('c', 'd'), 'input "words" has 4 elements now and had 2'],
    ['a buffer that became smaller', () => buffer.resize(4), 'input "sizes" has 1 elements now and had 2'],
    [
      'a buffer that was given away',
      () => void structuredClone(buffer, { transfer: [buffer] }),
      'input "sizes" has 0',
    ],
  ])('stacks nothing with %s, so that no neighbor gets another’s rows', (_, change, message) => {
    const [run] = plan([
      { words, sizes: { data: new Float32Array(buffer), dims: [2] } },
      { words: ['x', 'y'], sizes: { data: Float32Array.of(3, 4), dims: [2] } },
    ]);
    change();
    expect(() => run?.inputs).toThrow(message);
  });

  it('says so of an array in a batch whose axis is in the middle, too', () => {
    const state = tensor({ name: 'state', type: 'string', shape: [2, 'batch'], batchAxis: 1 });
    const mine = ['a', 'b'];
    const [run] = planWith([state], [{ state: mine }, { state: ['c', 'd'] }]);
    mine.pop();
    expect(() => run?.inputs).toThrow('input "state" has 1 elements now and had 2');
  });

  it('goes by the dimensions as they were when they were read', () => {
    const dims = [2];
    const [run] = plan([{ words, sizes: { data: Float32Array.of(1, 2), dims } }]);
    dims[0] = 1;
    expect(run?.inputs[1]).toMatchObject({ dims: [1, 2], data: Float32Array.of(1, 2) });
  });

  it.each([
    ['an array', 'float32', Float32Array.of(16), Float32Array.of(16)],
    ['a part of one', 'float32', Float32Array.of(1, 16).subarray(1), Float32Array.of(16)],
    // What a Buffer calls slice is a view.
    ['a Buffer', 'uint8', Buffer.from([16]), Uint8Array.of(16)],
    [
      'memory of several threads',
      'uint8',
      new Uint8Array(new SharedArrayBuffer(1)).fill(16),
      Uint8Array.of(16),
    ],
  ] as const)('gives all of them the shared input that they came with (%s)', (_, type, mine, theirs) => {
    const rate = tensor({ name: 'rate', type, shape: [1], batchAxis: undefined });
    const [run] = planWith(
      [tensor({ name: 'x', shape: ['batch', 1] }), rate],
      [
        { x: Float32Array.of(1), rate: mine },
        { x: Float32Array.of(2), rate: theirs.slice() },
      ],
    );
    mine[0] = 99;
    expect(run?.inputs[1]).toMatchObject({ dims: [1], data: theirs });
  });
});

function plan(rows: readonly OnnxRow[]): readonly BatchRun[] {
  const words = tensor({ name: 'words', type: 'string', shape: ['batch', 2] });
  return planWith([words, tensor({ name: 'sizes', shape: ['batch', 'length'] })], rows);
}

function planWith(inputs: readonly BatchedInput[], rows: readonly OnnxRow[]): readonly BatchRun[] {
  const layout = new BatchLayout('words', signature({ inputs }));
  return layout.plan(rows.map((row) => layout.read(row)));
}
