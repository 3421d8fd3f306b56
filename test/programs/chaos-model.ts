import { buildOnnxModel } from 'nestjs-batching/testing';

/** The table from which the chaos model answers: `index` gives `3 × index + shift`. */
const ENTRIES = 1000;
const SIDE = 256;

/** What the model answers. */
export function expectedAnswer(index: number, shift = 0): number {
  return 3 * index + shift;
}

/**
 * `index` [N, 1] → an entry of a table `y` [N, 1]; an index that is not in the table makes the run fail. `steps`
 * multiplications of two 256 × 256 matrices for each row make it slow, without changing the answer.
 */
export function buildChaosModel({ shift = 0, steps = 0 } = {}): Promise<Uint8Array> {
  const table = Float32Array.from({ length: ENTRIES }, (_, index) => expectedAnswer(index, shift));
  const rotation = Float32Array.from({ length: SIDE * SIDE }, (_, index) =>
    (Math.floor(index / SIDE) + 1) % SIDE === index % SIDE ? 1 : 0,
  );
  const slow = [
    { op: 'Reshape', inputs: ['entry', 'cell'], outputs: ['cells'] },
    { op: 'Mul', inputs: ['cells', 'rotation'], outputs: ['h0'] },
    ...Array.from({ length: steps }, (_, step) => ({
      op: 'MatMul',
      inputs: [`h${step}`, 'rotation'],
      outputs: [`h${step + 1}`],
    })),
    // Each row of a rotation has one entry that is not zero.
    {
      op: 'ReduceSum',
      inputs: [`h${steps}`, 'lastAxis'],
      outputs: ['sums'],
      attributes: { keepdims: { int: 0 } },
    },
    {
      op: 'ReduceMean',
      inputs: ['sums'],
      outputs: ['y'],
      attributes: { axes: { ints: [1] }, keepdims: { int: 1 } },
    },
  ];
  return buildOnnxModel({
    inputs: [{ name: 'index', type: 'int64', shape: ['N', 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    nodes: [
      { op: 'Gather', inputs: ['table', 'index'], outputs: [steps === 0 ? 'y' : 'entry'] },
      ...(steps === 0 ? [] : slow),
    ],
    initializers: [
      { name: 'table', type: 'float32', dims: [ENTRIES], data: table },
      { name: 'rotation', type: 'float32', dims: [SIDE, SIDE], data: rotation },
      { name: 'cell', type: 'int64', dims: [3], data: [-1n, 1n, 1n] },
      { name: 'lastAxis', type: 'int64', dims: [1], data: [2n] },
    ],
  });
}
