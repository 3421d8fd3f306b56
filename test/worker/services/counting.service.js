/** Keeps its worker busy for as long as it is told to, and tells the how-manieth call that was. */
export function createService() {
  let calls = 0;
  return {
    call: (_, { busyMs }) => {
      const endAtMs = performance.now() + busyMs;
      while (performance.now() < endAtMs);
      calls += 1;
      return Promise.resolve({ reply: calls });
    },
    close: () => undefined,
  };
}
