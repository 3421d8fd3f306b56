/** How long a worker that has closed its service may take to end by itself, in milliseconds. */
const GRACE_MS = 1000;

/** A service may leave timers or connections behind: they do not hold its worker for longer than a grace. */
export function endSoon(): void {
  setTimeout(() => process.exit(0), GRACE_MS).unref();
}
