export { FakeProcessor, type FakeBatch } from './fake-processor.js';
export { ManualClock } from './manual-clock.js';
