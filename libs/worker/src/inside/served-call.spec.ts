import { ServedCall } from './served-call.js';

describe('ServedCall', () => {
  it('tells a service that has asked for the signal when the caller leaves', () => {
    const call = new ServedCall();
    const { signal } = call;
    expect(signal.aborted).toBe(false);
    call.abort();
    expect(signal.aborted).toBe(true);
    expect(call.signal).toBe(signal);
  });

  it('tells one that asks later, too', () => {
    const call = new ServedCall();
    call.abort();
    expect(call.signal.aborted).toBe(true);
  });
});
