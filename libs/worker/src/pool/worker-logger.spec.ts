import { jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';

import { loggerRule, neverThrowing } from './worker-logger.js';

describe('A logger', () => {
  const fail = (): never => {
    throw new Error('no disk');
  };

  it.each([{ log: fail }, { warn: fail }, { log: fail, warn: 'console' }, null, 7])(
    'has log and warn, which not all objects have: %j',
    (value) => {
      expect(loggerRule(value)).toBe('an object with log and warn');
      expect(loggerRule({ log: fail, warn: fail })).toBeUndefined();
    },
  );

  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(new Error('no disk'))],
  ])('that %s ends nothing, and that is said', async (_, say) => {
    const warnings = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const logger = neverThrowing({ log: say, warn: say });
    logger.log('it is back');
    logger.warn('it is lost');
    await setImmediate();
    expect(warnings).toHaveBeenCalledTimes(2);
    expect(warnings).toHaveBeenLastCalledWith('A logger failed: no disk', 'WorkerWarning');
    warnings.mockRestore();
  });

  it('is called with itself as this, as classes need it', () => {
    class Lines {
      readonly lines: string[] = [];
      log(message: string): void {
        this.lines.push(message);
      }
      warn(message: string): void {
        this.lines.push(message);
      }
    }
    const lines = new Lines();
    neverThrowing(lines).log('it is back');
    neverThrowing(lines).warn('it is lost');
    expect(lines.lines).toEqual(['it is back', 'it is lost']);
  });
});
