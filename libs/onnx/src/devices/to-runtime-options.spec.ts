import { toRuntimeOptions } from './to-runtime-options.js';

const NO_SPINNING = {
  extra: { 'session.intra_op.allow_spinning': '0', 'session.inter_op.allow_spinning': '0' },
};

describe('toRuntimeOptions', () => {
  it('lets no thread spin, unless that is wanted', () => {
    expect(toRuntimeOptions({})).toEqual(NO_SPINNING);
    expect(toRuntimeOptions({ allowSpinning: false })).toEqual(NO_SPINNING);
    expect(toRuntimeOptions({ allowSpinning: true })).toEqual({});
  });

  it('hands on what ONNX Runtime calls the same, and nothing that is undefined', () => {
    const given = { intraOpNumThreads: 2, graphOptimizationLevel: 'all' } as const;
    const options = toRuntimeOptions({ ...given, ...({ enableMemPattern: undefined } as object) });
    expect(Object.keys(options).sort()).toEqual(['extra', 'graphOptimizationLevel', 'intraOpNumThreads']);
    expect(options).toEqual({ ...given, ...NO_SPINNING });
  });

  it('calls severities by their numbers', () => {
    expect(toRuntimeOptions({ logLevel: 'verbose', allowSpinning: true })).toEqual({ logSeverityLevel: 0 });
    expect(toRuntimeOptions({ logLevel: 'fatal', allowSpinning: true })).toEqual({ logSeverityLevel: 4 });
  });
});
