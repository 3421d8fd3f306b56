// Puts what the compiler does not: the schematics' collection, schemas and templates.
import { cpSync } from 'node:fs';

const here = new URL('./', import.meta.url);
const built = new URL('../../dist/libs/schematics/', import.meta.url);
for (const asset of ['collection.json', 'nest-add', 'processor']) {
  cpSync(new URL(asset, here), new URL(asset, built), { recursive: true });
}
