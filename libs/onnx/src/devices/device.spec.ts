import { hasDevices, onDevice } from './device.js';

describe('a device of an execution provider', () => {
  it.each([
    ['cuda', true],
    ['tensorrt', true],
    ['dml', true],
    ['webgpu', false],
    ['cpu', false],
  ] as const)('has a number with %s: %s', (name, expected) => {
    expect(hasDevices({ name })).toBe(expected);
    expect(onDevice({ name }, 3)).toEqual(expected ? { name, deviceId: 3 } : { name });
  });

  it('is the execution provider’s own choice if none is asked for', () => {
    const cuda = { name: 'cuda', deviceId: 1 } as const;
    expect(onDevice(cuda, undefined)).toBe(cuda);
  });
});
