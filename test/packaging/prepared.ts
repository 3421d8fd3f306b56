import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

/** What `prepare.js` has made. */
interface Prepared {
  /** A temporary folder. */
  readonly folder: string;
  readonly pack: {
    readonly tarball: string;
    /** Its hash, as a registry tells it. */
    readonly integrity: string;
    /** In bytes, as the registry would send it. */
    readonly size: number;
    readonly unpackedSize: number;
    /** Every file in it, counted from the package's folder. */
    readonly paths: readonly string[];
  };
  readonly nodes: readonly { readonly major: number; readonly path: string }[];
}

export const { folder, pack, nodes } = JSON.parse(process.env['PACKAGING'] ?? '{}') as Prepared;

/** Makes a folder beside the tarball, with these packages installed in it; gives its path. */
export async function installInto(name: string, packages: readonly string[]): Promise<string> {
  const target = join(folder, name);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, 'package.json'), JSON.stringify({ name, private: true }));
  await runNpm(target, 'install', ...packages);
  return target;
}

/** @throws Error with what npm printed if it fails. */
async function runNpm(target: string, ...parameters: readonly string[]): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--prefix', target];
  const { code, output } = await runProgram('npm', [...parameters, ...quiet], { cwd: target });
  if (code !== 0) throw new Error(`npm ${parameters.join(' ')} ended with code ${code}:\n${output}`);
}
