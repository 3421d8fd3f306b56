import {
  arrayOf,
  checkConfig,
  describeUnknownOption,
  functionOf,
  integerBetween,
  numberBetween,
  oneOf,
  optional,
  recordOf,
} from './config-rules.js';

interface Sample {
  readonly count: number;
  readonly mode: string;
}

const RULES = { count: integerBetween(1, 10), mode: oneOf(['fast', 'exact']) };

describe('checkConfig', () => {
  it('finds no fault where there is none', () => {
    const { faults, isValid } = checkConfig<Sample>({ count: 3, mode: 'fast' }, RULES);
    expect(faults).toEqual([]);
    expect([isValid('count'), isValid('mode')]).toEqual([true, true]);
  });

  it('lists every fault: what came and what is allowed', () => {
    const { faults } = checkConfig<Sample>({ count: 0, mode: 'slow', speed: 9 }, RULES);
    expect(faults).toEqual([
      { field: 'speed', problem: 'unknown option; known options are count, mode' },
      { field: 'count', problem: 'received 0, expected an integer from 1 to 10' },
      { field: 'mode', problem: 'received "slow", expected one of "fast", "exact"' },
    ]);
  });

  it('tells which fields are in order by themselves', () => {
    const { isValid } = checkConfig<Sample>({ count: 0, mode: 'fast' }, RULES);
    expect([isValid('count'), isValid('mode')]).toEqual([false, true]);
  });

  it('calls an option unknown though every object inherits something of that name', () => {
    const { faults } = checkConfig<Sample>({ count: 1, mode: 'fast', toString: 1 }, RULES);
    expect(faults.map(({ field }) => field)).toEqual(['toString']);
  });
});

describe('describeUnknownOption', () => {
  it('asks whether an option of nearly that name was meant', () => {
    expect(describeUnknownOption('batchSIZE', ['maxQueueSize', 'maxBatchSize'])).toBe(
      'unknown option; did you mean maxBatchSize?',
    );
  });

  it('lists what there is otherwise', () => {
    expect(describeUnknownOption('speed', ['count', 'mode'])).toBe(
      'unknown option; known options are count, mode',
    );
  });
});

describe('integerBetween', () => {
  it.each([1, 2, 10])('allows %d', (value) => {
    expect(integerBetween(1, 10)(value)).toBeUndefined();
  });

  it.each([0, 11, 1.5, NaN, Infinity, '5', 5n, null, undefined, true, [5]])('does not allow %p', (value) => {
    expect(integerBetween(1, 10)(value)).toBe('an integer from 1 to 10');
  });
});

describe('numberBetween', () => {
  it.each([0, 0.5, 10])('allows %d', (value) => {
    expect(numberBetween(0, 10, 'milliseconds')(value)).toBeUndefined();
  });

  it.each([-0.001, 10.001, NaN, Infinity, '5', 5n, null, undefined])('does not allow %p', (value) => {
    expect(numberBetween(0, 10, 'milliseconds')(value)).toBe('a number from 0 to 10 (milliseconds)');
  });

  it('says that 0 itself is not allowed where only more is', () => {
    const rule = numberBetween(Number.MIN_VALUE, 10, 'milliseconds');
    expect(rule(0)).toBe('a number above 0 and at most 10 (milliseconds)');
    expect(rule(0.001)).toBeUndefined();
  });
});

describe('oneOf', () => {
  it('allows what is listed, as it is written', () => {
    const rule = oneOf(['fast', 'exact']);
    expect(rule('exact')).toBeUndefined();
    for (const value of ['Exact', '', 0, undefined, ['fast']])
      expect(rule(value)).toBe('one of "fast", "exact"');
  });
});

describe('optional', () => {
  it('allows nothing besides what the rule allows, and says so', () => {
    const rule = optional(integerBetween(1, 10));
    expect(rule(undefined)).toBeUndefined();
    expect(rule(5)).toBeUndefined();
    expect(rule(11)).toBe('an integer from 1 to 10, or nothing');
    expect(rule(null)).toBe('an integer from 1 to 10, or nothing');
  });
});

describe('arrayOf', () => {
  it('allows a list of what its rule allows, and names the entry that is wrong', () => {
    const rule = arrayOf(integerBetween(1, 10));
    expect(rule([1, 10])).toBeUndefined();
    expect(rule([1, 11, 12])).toBe('each entry to be an integer from 1 to 10 (one is 11)');
    expect(rule([])).toBe('a list that is not empty');
    expect(rule('12')).toBe('a list that is not empty');
  });

  it('finds an entry that is undefined', () => {
    expect(arrayOf(integerBetween(1, 10))([1, undefined])).toBe(
      'each entry to be an integer from 1 to 10 (one is undefined)',
    );
  });
});

describe('recordOf', () => {
  it('allows an object of what its rule allows, and names the field that is wrong', () => {
    const rule = recordOf(numberBetween(1, 10, 'shares'));
    expect(rule({})).toBeUndefined();
    expect(rule({ a: 1, b: 10 })).toBeUndefined();
    expect(rule({ a: 1, b: '2' })).toBe('each value to be a number from 1 to 10 (shares) (b is "2")');
    for (const wrong of [undefined, null, 7, [1]]) expect(rule(wrong)).toBe('an object');
  });
});

describe('functionOf', () => {
  it('allows functions, and says what they take and return', () => {
    const rule = functionOf('a request', 'its cost');
    expect(rule(() => 1)).toBeUndefined();
    expect(rule(7)).toBe('a function of a request that returns its cost');
  });
});
