import { checkDynamicAxisOptions } from './dynamic-axis.js';

describe('checkDynamicAxisOptions', () => {
  it.each([
    {},
    { padWith: '[PAD]', mask: 'mask', lengths: 'lengths', maxLength: 1, maxPaddingShare: 0 },
    { padWith: 0n, maxLength: Number.MAX_SAFE_INTEGER, maxPaddingShare: 1 },
  ])('takes %p', (axis) => {
    expect(checkDynamicAxisOptions({ length: axis })).toEqual({ faults: [], dynamicAxes: { length: axis } });
  });

  it.each([
    ['mask', ''],
    ['mask', 7],
    ['lengths', ''],
    ['padWith', true],
    ['maxLength', 0],
    ['maxPaddingShare', 1.1],
  ])('refuses %s %j, and leaves the axis out', (option, value) => {
    expect(checkDynamicAxisOptions({ length: { [option]: value }, width: {} })).toEqual({
      faults: [
        {
          field: `dynamicAxes.length.${option}`,
          problem: expect.stringContaining(`received ${JSON.stringify(value)}, expected `) as string,
        },
      ],
      dynamicAxes: { width: {} },
    });
  });
});
