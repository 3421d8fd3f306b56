const PAUSE_MS = 5;
/** Far beyond what anything here takes; only a test that fails waits so long. */
const PATIENCE_MS = 20_000;

/**
 * Resolves when the condition holds.
 *
 * @param awaited What is awaited, for the message: `the first batch runs`.
 */
export async function until(awaited: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs) throw new Error(`It did not come to pass that ${awaited}.`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
