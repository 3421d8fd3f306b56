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

  it.each([
    ['added at the front', 'xecho'],
    ['added at the end', 'echox'],
    ['replaced', 'wirds'],
    ['left out at the front', 'igits'],
    ['left out at the end', 'digit'],
  ])('counts a letter that was %s as one mistake: %s', (_, name) => {
    expect(nearestName(name, ['digits', 'echo', 'words'])).toMatch(/^(digits|echo|words)$/);
  });

  it.each([
    ['two added', 'xxecho', 'echo'],
    ['three added at the front', 'xxxecho', undefined],
    ['three added at the end', 'echoxxx', undefined],
    ['two pairs that have changed places', 'owdrs', undefined],
    ['two replaced', 'wxxds', undefined],
  ])('allows mistakes in a third of the letters, and no more: %s', (_, name, meant) => {
    expect(nearestName(name, ['digits', 'echo', 'words'])).toBe(meant);
  });

  it('takes the nearest of several that are near, and the first of those that are equally near', () => {
    expect(nearestName('Swords', ['words', 'swords', 'sword'])).toBe('swords');
    expect(nearestName('wird', ['word', 'ward'])).toBe('word');
  });
});
