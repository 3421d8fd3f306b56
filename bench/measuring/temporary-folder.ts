import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs something that needs a folder, which is there meanwhile and gone afterwards, also if it fails. */
export async function inTemporaryFolder<TResult>(
  run: (folder: string) => Promise<TResult>,
): Promise<TResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
