import { checkDeclaredTensors } from './declared-tensor.js';

/** The faults of one declared input or output, without the name of its field. */
function faultsOf(declared: object, side: 'inputs' | 'outputs' = 'inputs'): string[] {
  return checkDeclaredTensors(side, { x: declared }).faults.map(
    ({ field, problem }) => `${field.replace(`${side}.x.`, '')}: ${problem}`,
  );
}

describe('checkDeclaredTensors', () => {
  it.each([
    {},
    { type: 'int64', shape: ['batch', 1, 'length'] },
    { shape: [2, 'batch'], batchAxis: 1 },
    { shape: [2, 3], shared: true },
    { shape: [], shared: true },
    { padWith: 0 },
    { padWith: 7n },
    { padWith: '[PAD]' },
  ])('takes %p of an input', (declared) => {
    const { faults, tensors } = checkDeclaredTensors('inputs', { x: declared });
    expect(faults).toEqual([]);
    expect(tensors).toEqual(new Map([['x', declared]]));
  });

  it.each<[unknown]>([
    ['batch'],
    [{ batch: 2 }],
    [['batch', 0]],
    [['batch', -1]],
    [['batch', 1.5]],
    [['batch', null]],
  ])('refuses the shape %j, and says so once', (shape) => {
    expect(faultsOf({ shape })).toEqual([
      expect.stringMatching(
        /^shape: received .*, expected a list of a whole number from 1 or a name for each/,
      ),
    ]);
  });

  it('says of a shape without a name for the batch where that was looked for', () => {
    expect(faultsOf({ shape: [8, 'length'] })).toEqual([
      expect.stringMatching(/^shape: received \[8, length\], expected a name for the batch axis at index 0/),
    ]);
    expect(faultsOf({ shape: ['batch'], batchAxis: 1 })).toEqual([
      expect.stringMatching(/^shape: received \[batch\], expected a name for the batch axis at index 1/),
    ]);
  });

  it.each(['batchAxis', 'shared'])('does not look for the batch where %s is wrong', (field) => {
    expect(faultsOf({ shape: [8], [field]: 'first' })).toEqual([expect.stringMatching(`^${field}: `)]);
  });

  it('refuses padding that is no element, and any of an output, which is never filled up', () => {
    expect(faultsOf({ padWith: true })).toEqual([
      'padWith: received true, expected a number, a bigint or a string, or nothing',
    ]);
    expect(faultsOf({ padWith: 0 }, 'outputs')).toEqual([expect.stringMatching(/^padWith: unknown/)]);
  });

  it('takes a list of names for outputs, and of those alone', () => {
    const { faults, tensors } = checkDeclaredTensors('outputs', ['y', 'z']);
    expect(faults).toEqual([]);
    expect([...(tensors?.keys() ?? [])]).toEqual(['y', 'z']);
    expect(checkDeclaredTensors('inputs', ['x'])).toEqual({
      faults: [
        {
          field: 'inputs',
          problem: 'received an array of 1, expected an object of { name: { type, shape } }',
        },
      ],
      tensors: undefined,
    });
    expect(checkDeclaredTensors('outputs', 'y').faults).toEqual([
      {
        field: 'outputs',
        problem: 'received "y", expected a list of names or an object of { name: { type, shape } }',
      },
    ]);
  });

  it('looks no further at what is wrong by itself', () => {
    expect(checkDeclaredTensors('inputs', { x: { type: 'text' } }).tensors).toEqual(new Map([['x', {}]]));
  });
});
