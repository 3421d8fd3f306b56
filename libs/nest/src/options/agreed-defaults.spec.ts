import { InvalidConfigError } from 'nestjs-batching/core';
import { AgreedDefaults, type GivenDefaults } from './agreed-defaults.js';

class Echo {
  processBatch(requests: readonly never[]): readonly never[] {
    return requests;
  }
}

describe('AgreedDefaults', () => {
  const given = (options: object): GivenDefaults => options as GivenDefaults;

  it('agrees on the first options, and on the same ones again', () => {
    const agreed = new AgreedDefaults();
    const processor = new Echo();
    expect(agreed.agreeOn(given({ processor, maxBatchSize: 4, tenantWeights: { gold: 3 } }))).toBe(true);
    expect(agreed.agreeOn(given({ processor, maxBatchSize: 4, tenantWeights: { gold: 3 } }))).toBe(false);
  });

  it('names every option that two calls say differently, or only one of them says', () => {
    const agreed = new AgreedDefaults();
    agreed.agreeOn(given({ maxBatchSize: 4, maxQueueSize: 9 }));
    const differ = (): unknown =>
      agreed.agreeOn(given({ maxBatchSize: 8, maxWaitTimeMs: 5, maxQueueSize: 9 }));
    expect(differ).toThrow(/maxBatchSize: received 4 in one module and 8 in another/);
    expect(differ).toThrow(/maxWaitTimeMs/);
    expect(differ).not.toThrow(/maxQueueSize/);
  });

  it('takes two instances of a class for two processors, however alike', () => {
    const agreed = new AgreedDefaults();
    agreed.agreeOn(given({ processor: new Echo() }));
    expect(() => agreed.agreeOn(given({ processor: new Echo() }))).toThrow(InvalidConfigError);
  });
});
