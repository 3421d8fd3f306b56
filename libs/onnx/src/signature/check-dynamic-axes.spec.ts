import { tensor } from '../../../../test/onnx/model-signature-builder.js';
import { checkDynamicAxes } from './check-dynamic-axes.js';
import type { DeclaredInput } from './declared-tensor.js';
import type { DynamicAxesOptions } from './dynamic-axis.js';

const ids = tensor({ name: 'ids', type: 'int64', shape: ['batch', 'length'] });
const mask = tensor({ name: 'mask', type: 'bool', shape: ['batch', 'length'] });
const lengths = tensor({ name: 'lengths', type: 'int64', shape: ['batch'] });
const image = tensor({ name: 'image', type: 'uint8', shape: ['batch', 3, 'height', 'width'] });
const words = tensor({ name: 'words', type: 'string', shape: ['batch', 'length'] });

describe('checkDynamicAxes', () => {
  it('decides what fills up each input: 0, what the axis says, what the input says; masks always 0', () => {
    const options = { length: { padWith: 7, mask: 'mask', lengths: 'lengths' } };
    const { faults, dynamicAxes, inputs } = check([ids, mask, lengths, words], options, {
      words: { padWith: '[PAD]' },
    });
    expect(faults).toEqual([]);
    expect(inputs.map(({ padWith }) => padWith)).toEqual([7, 0, undefined, '[PAD]']);
    expect(dynamicAxes).toEqual([
      { name: 'length', mask: 'mask', lengths: 'lengths', maxLength: Infinity, maxPaddingShare: 0.25 },
    ]);
    expect(check([ids, words], { length: {} }).inputs.map(({ padWith }) => padWith)).toEqual([0, '']);
    expect(check([ids], { length: { padWith: 3n } }).inputs[0]?.padWith).toBe(3);
    expect(check([ids], { length: { padWith: 2n ** 60n } }).inputs[0]?.padWith).toBe(2n ** 60n);
    const masked = { height: { padWith: 7, mask: 'pixels' }, width: { padWith: 7 } };
    const pixels = tensor({ name: 'pixels', type: 'bool', shape: ['batch', 'height', 'width'] });
    expect(check([image, pixels], masked).inputs.map(({ padWith }) => padWith)).toEqual([7, 0]);
  });

  it('takes lengths in a column, and a mask of which another input tells the other dimensions', () => {
    const column = tensor({ name: 'column', type: 'int32', shape: ['batch', 1] });
    const heads = tensor({ name: 'heads', shape: ['batch', 'heads', 4] });
    const wide = tensor({ name: 'wide', type: 'bool', shape: ['batch', 'heads', 1, 'length'] });
    const options = { length: { mask: 'wide', lengths: 'column' } };
    expect(check([ids, column, heads, wide], options).faults).toEqual([]);
  });

  it('takes lengths of each axis in an input of its own', () => {
    const [heights, widths] = ['heights', 'widths'].map((name) => ({ ...lengths, name }));
    const options = { height: { lengths: 'heights' }, width: { lengths: 'widths' } };
    expect(check([image, heights!, widths!], options).faults).toEqual([]);
  });

  it('takes a shared input that has nothing to do with the dimension', () => {
    const rate = { ...tensor({ name: 'rate', shape: ['rates'] }), batchAxis: undefined };
    expect(check([ids, rate], { length: {} }).faults).toEqual([]);
  });

  it.each<[string, DynamicAxesOptions, string]>([
    [
      'a name that no input has',
      { time: {} },
      'dynamicAxes.time: no input has a free dimension of that name besides the batch; those are length, height, width',
    ],
    [
      'the batch itself',
      { batch: {} },
      'dynamicAxes.batch: no input has a free dimension of that name besides',
    ],
    [
      'a mask that is no input',
      { length: { mask: 'attention' } },
      'dynamicAxes.length.mask: the model has no input "attention"; it has ids, mask, lengths, image',
    ],
    [
      'a mask without the dimension',
      { length: { mask: 'image' } },
      'dynamicAxes.length.mask: the input "image" is uint8 [batch, 3, height, width], which has no length',
    ],
    [
      'lengths that are not one number for each row',
      { length: { lengths: 'ids' } },
      'dynamicAxes.length.lengths: the input "ids" is int64 [batch, length], expected one number for each row',
    ],
    [
      'lengths that are no input',
      { length: { lengths: 'sizes' } },
      'dynamicAxes.length.lengths: the model has no input "sizes"; it has ids, mask, lengths, image',
    ],
    [
      'lengths in the mask of another axis',
      { length: { lengths: 'lengths' }, width: { mask: 'lengths' } },
      'dynamicAxes.length.lengths: the input "lengths" already has a part in width',
    ],
    [
      'lengths in the mask of the same axis',
      { length: { mask: 'lengths', lengths: 'lengths' } },
      'dynamicAxes.length.lengths: the input "lengths" already has a part in length',
    ],
    [
      'lengths of two axes in one input',
      { length: { lengths: 'lengths' }, width: { lengths: 'lengths' } },
      'dynamicAxes.length.lengths: the input "lengths" already has a part in width',
    ],
    [
      'padding that does not fit the type',
      { length: { padWith: 0.5 } },
      'dynamicAxes.length.padWith: received 0.5, expected a whole number from -9223372036854775808',
    ],
    [
      'padding that is too large for the type',
      { height: { padWith: 256 } },
      'expected a whole number from 0 to 255 for the input "image"',
    ],
    [
      'two axes of one input that are filled up differently',
      { height: { padWith: 1 }, width: { padWith: 2 } },
      'inputs.image.padWith: its dynamic axes differ (height with 1, width with 2); say here which it shall be',
    ],
  ])('refuses %s', (_, options, problem) => {
    const { faults } = check([ids, mask, lengths, image], options);
    expect(faults.map((fault) => `${fault.field}: ${fault.problem}`)).toContainEqual(
      expect.stringContaining(problem),
    );
  });

  it('says that there is no free dimension where there is none', () => {
    expect(check([lengths], { length: {} }).faults).toEqual([
      {
        field: 'dynamicAxes.length',
        problem: expect.stringMatching(/besides the batch; there is none$/) as string,
      },
    ]);
  });

  it('refuses an axis that only its mask has, since nothing would tell a length', () => {
    const { faults } = check([lengths, mask], { length: { mask: 'mask' } });
    expect(faults).toEqual(
      [
        { field: 'dynamicAxes.length', problem: 'only mask has it, so that nothing tells a row’s length' },
      ].map(({ field, problem }) => ({ field, problem: problem.replace('’', "'") })),
    );
  });

  it('refuses a mask of which another dimension is known from nowhere', () => {
    const wide = tensor({ name: 'wide', type: 'int64', shape: ['batch', 'heads', 'length'] });
    const { faults } = check([ids, wide], { length: { mask: 'wide' } });
    expect(faults.map(({ problem }) => problem)).toEqual([
      expect.stringContaining('no other input tells the size of heads'),
    ]);
    const unnamed = { ...wide, shape: ['batch', '', 'length'] };
    const beside = tensor({ name: 'beside', shape: ['batch', ''] });
    expect(check([ids, beside, unnamed], { length: { mask: 'wide' } }).faults).toEqual([
      {
        field: 'dynamicAxes.length.mask',
        problem: expect.stringContaining('tells the size of the dimension without a name') as string,
      },
    ]);
  });

  it('refuses lengths that all rows share', () => {
    const shared = { ...lengths, shape: [1], batchAxis: undefined };
    expect(check([ids, shared], { length: { lengths: 'lengths' } }).faults).toEqual([
      {
        field: 'dynamicAxes.length.lengths',
        problem: 'the input "lengths" is int64 [1], expected one number for each row',
      },
    ]);
  });

  it.each([
    ['mask', 'string', ['batch', 'length'], 'and a mask has no strings'],
    ['lengths', 'string', ['batch'], 'expected one number for each row'],
    ['lengths', 'bool', ['batch'], 'expected one number for each row'],
  ] as const)('refuses %s of %s', (part, type, shape, problem) => {
    const { faults } = check([ids, tensor({ name: 'made', type, shape })], { length: { [part]: 'made' } });
    expect(faults).toEqual([
      { field: `dynamicAxes.length.${part}`, problem: expect.stringContaining(problem) as string },
    ]);
  });

  it.each([
    ['int8', 127],
    ['uint8', 255],
    ['float16', 2048],
    ['int32', 2 ** 31 - 1],
    ['float64', Infinity],
  ] as const)('takes no row that is longer than lengths of %s can tell', (type, largest) => {
    const told = tensor({ name: 'told', type, shape: ['batch'] });
    const checkLongest = (maxLength?: number) =>
      check([ids, told], { length: { lengths: 'told', ...(maxLength !== undefined && { maxLength }) } });
    expect(checkLongest()).toMatchObject({ faults: [], dynamicAxes: [{ maxLength: largest }] });
    expect(checkLongest(100)).toMatchObject({ faults: [], dynamicAxes: [{ maxLength: 100 }] });
    if (largest === Infinity) return;
    expect(checkLongest(largest).faults).toEqual([]);
    const problem = `received ${largest + 1}, but the input "told" is ${type} [batch], which can tell ${largest} at most`;
    expect(checkLongest(largest + 1).faults).toEqual([{ field: 'dynamicAxes.length.maxLength', problem }]);
  });

  it('refuses a shared input that has the dimension', () => {
    const shared = { ...tensor({ name: 'positions', shape: ['length'] }), batchAxis: undefined };
    expect(check([ids, shared], { length: {} }).faults).toEqual([
      { field: 'inputs.positions', problem: expect.stringContaining('declared `shared`') as string },
    ]);
    // Not also that no input has it.
    expect(check([lengths, shared], { length: {} }).faults).toHaveLength(1);
  });

  it('refuses padding of an input that is never filled up, and that which does not fit', () => {
    const { faults } = check(
      [ids, lengths],
      { length: {} },
      { lengths: { padWith: 1 }, ids: { padWith: 'x' } },
    );
    expect(faults.map((fault) => `${fault.field}: ${fault.problem}`)).toEqual([
      expect.stringContaining('inputs.ids.padWith: received x, expected a whole number'),
      expect.stringContaining('inputs.lengths.padWith: none of its dimensions is a dynamic axis'),
    ]);
  });
});

function check(
  inputs: Parameters<typeof checkDynamicAxes>[0],
  options: DynamicAxesOptions,
  declared: Record<string, DeclaredInput> = {},
): ReturnType<typeof checkDynamicAxes> {
  return checkDynamicAxes(inputs, options, new Map(Object.entries(declared)));
}
