/**
 * Writes the folders of the packages that a bench needs when it runs, with all that they need, one a line. Read from
 * the lock file, so that what is carried to another machine is what was tested here.
 */
import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
}

const NEEDED = [
  '@nestjs/common',
  '@nestjs/core',
  'onnxruntime-node',
  'prettier',
  'protobufjs',
  'reflect-metadata',
  'rxjs',
];

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Readonly<Record<string, LockedPackage>>;
};
const folders = new Set<string>();
for (const name of NEEDED) collect(name, '');
console.log([...folders].join('\n'));

function collect(name: string, from: string): void {
  const folder = findFolder(name, from);
  if (folder === undefined || folders.has(folder)) return;
  folders.add(folder);
  for (const dependency of Object.keys(packages[folder]?.dependencies ?? {})) collect(dependency, folder);
}

/** As Node looks for it: beside the one who asks, then further up. */
function findFolder(name: string, from: string): string | undefined {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf('/node_modules/')))) {
    const folder = above === '' ? `node_modules/${name}` : `${above}/node_modules/${name}`;
    if (packages[folder] !== undefined) return folder;
    if (above === '') return undefined;
  }
}
