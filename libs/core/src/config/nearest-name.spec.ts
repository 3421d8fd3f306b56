import { nearestName } from './nearest-name.js';

const KNOWN = ['maxBatchSize', 'maxWaitTimeMs', 'maxQueueSize', 'executionProviders', 'timeoutHeader'];

describe('nearestName', () => {
  it.each([
    ['maxbatchSIZE', 'maxBatchSize'],
    ['maxBachSize', 'maxBatchSize'],
    ['batchSize', 'maxBatchSize'],
    ['queueSize', 'maxQueueSize'],
    ['maxWaitMs', 'maxWaitTimeMs'],
    ['executionProvider', 'executionProviders'],
    ['timeoutHeaders', 'timeoutHeader'],
  ])('finds of %s that %s was meant', (name, meant) => {
    expect(nearestName(name, KNOWN)).toBe(meant);
  });

  it.each([
    ['ehco', 'echo'],
    ['wrods', 'words'],
    ['dgiits', 'digits'],
  ])('counts letters of %s that have changed places as one mistake: %s was meant', (name, meant) => {
    expect(nearestName(name, ['digits', 'echo', 'words'])).toBe(meant);
  });

  it.each(['concurrency', 'foo', 'batch', 'max', ''])('has no idea what was meant by "%s"', (name) => {
    expect(nearestName(name, KNOWN)).toBeUndefined();
  });
});
