import { mkdirSync, writeFileSync } from 'node:fs';

import { format } from 'prettier';

/** Writes a file into a folder, which is made if need be, in such lines that two results can be compared. */
export async function writeJson(folder: string, file: string, content: object): Promise<void> {
  const json = await format(JSON.stringify(content), { parser: 'json', printWidth: 110 });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${file}`, json);
}
