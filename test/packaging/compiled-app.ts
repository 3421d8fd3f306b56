import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { runProgram } from './run-program.js';

/** What the app's `package.json` says that its files are. */
export type ModuleKind = 'module' | 'commonjs';

const COMPILER = join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc');

/**
 * Copies the app into a folder where the package is installed, and compiles it there, against the types that come
 * with what is installed.
 *
 * @returns The folder of the compiled files.
 * @throws Error with what the compiler says against it.
 */
export async function compileApp(installed: string, type: ModuleKind): Promise<string> {
  const app = join(installed, 'app');
  await cp(join(PROJECT_ROOT, 'test/packaging/app'), app, { recursive: true });
  await writeFile(join(app, 'package.json'), JSON.stringify({ type }));
  await compile(app, { module: 'nodenext', outDir: 'built' });
  return join(app, 'built');
}

/** Compiles as an app did before TypeScript knew of `exports`: the subpaths are found by `typesVersions`. */
export async function checkWithOldResolution(installed: string): Promise<void> {
  await compile(join(installed, 'app'), {
    module: 'commonjs',
    moduleResolution: 'node10',
    ignoreDeprecations: '6.0',
    noEmit: true,
  });
}

async function compile(app: string, options: Record<string, unknown>): Promise<void> {
  const compilerOptions = {
    target: 'ES2022',
    strict: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(PROJECT_ROOT, 'node_modules/@types')],
    rootDir: '.',
    ...options,
  };
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const { code, output } = await runProgram(process.execPath, [COMPILER, '-p', 'tsconfig.json'], {
    cwd: app,
  });
  if (code !== 0) throw new Error(output);
}
