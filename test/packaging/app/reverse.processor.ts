/** Runs in a worker: see the app's module. */
export function processBatch(texts: readonly string[]): string[] {
  return texts.map((text) => [...text].reverse().join(''));
}
