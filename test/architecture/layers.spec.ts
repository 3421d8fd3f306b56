import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { PROJECT_ROOT, readSourceFiles, type SourceFile } from './source-files.js';

/** What each lib may import of the others. Imports point down only; apps and benchmarks may import any of them. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  testing: ['core'],
  worker: ['core'],
  nest: ['core', 'worker'],
  onnx: ['core', 'nest', 'worker'],
  health: ['core', 'nest'],
  'nest-testing': ['core', 'nest'],
  schematics: [],
};

/**
 * The folders of a lib, the lowest first: each imports values of itself and lower ones only. What stands beside them may
 * import all of them. (Types may speak of each other: a request knows its batch, and a batch its requests.)
 */
const FOLDERS: Record<string, readonly string[]> = {
  core: [
    'errors',
    'time',
    'config',
    'processor',
    'queue',
    'statistics',
    'learned',
    'requests',
    'execution',
    'scheduling',
    'intake',
  ],
  testing: ['simulation', 'onnx-models'],
  worker: ['protocol', 'hosts', 'inside', 'pool', 'processor'],
  nest: ['discovery', 'options', 'batchers', 'errors', 'batched', 'module', 'worker-processor'],
  onnx: [
    'files',
    'devices',
    'tensors',
    'signature',
    'rows',
    'layout',
    'inside',
    'opening',
    'model',
    'module',
  ],
};

/** The lib that a package path stands for: `nestjs-batching` is `nest`, `nestjs-batching/core` is `core`. */
function libOf(specifier: string): string | undefined {
  const [, subpath] = /^nestjs-batching(?:\/(.*))?$/.exec(specifier) ?? [];
  return specifier.startsWith('nestjs-batching') ? (subpath ?? 'nest') : undefined;
}

function importsOf(
  files: readonly SourceFile[],
  isWrong: (specifier: string, path: string) => boolean,
): string[] {
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => isWrong(specifier, path))
      .map((specifier) => `${path} imports ${specifier}`),
  );
}

function reachesOutOf(folder: string): (specifier: string, path: string) => boolean {
  return (specifier, path) =>
    specifier.startsWith('.') && !posix.join(posix.dirname(path), specifier).startsWith(`${folder}/`);
}

describe('the libs', () => {
  it('are all told here what they may import', () => {
    const libs = readdirSync(join(PROJECT_ROOT, 'libs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(libs.sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });
});

describe.each(Object.entries(MAY_IMPORT))('libs/%s', (lib, allowed) => {
  const files = readSourceFiles(`libs/${lib}`, { withTests: false });

  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it(`imports no lib but ${allowed.join(', ') || 'itself'}`, () => {
    const wrong = importsOf(files, (specifier) => {
      const imported = libOf(specifier);
      return imported !== undefined && !allowed.includes(imported);
    });
    expect(wrong).toEqual([]);
  });

  it('reaches no file outside of itself', () => {
    expect(importsOf(files, reachesOutOf(`libs/${lib}`))).toEqual([]);
  });
});

describe.each(Object.entries(FOLDERS))('the folders of libs/%s', (lib, folders) => {
  const root = `libs/${lib}/src`;
  const files = readSourceFiles(root, { withTests: false });
  /** The folder of a file of the lib; none of one that stands beside the folders. */
  const folderOf = (path: string): string => /^([^/]+)\//.exec(posix.relative(root, path))?.[1] ?? '';

  it('are all told here', () => {
    const found = readdirSync(join(PROJECT_ROOT, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(found.sort()).toEqual([...folders].sort());
  });

  it('import lower ones only', () => {
    const wrong = files
      .filter(({ path }) => folderOf(path) !== '')
      .flatMap(({ path, valueImports }) =>
        valueImports
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => posix.join(posix.dirname(path), specifier))
          .filter((imported) => !isBelow(folderOf(imported), folderOf(path)))
          .map((imported) => `${path} imports ${imported}`),
      );
    expect(wrong).toEqual([]);
  });

  function isBelow(imported: string, importing: string): boolean {
    return imported !== '' && folders.indexOf(imported) <= folders.indexOf(importing);
  }
});

describe('libs/core', () => {
  const files = readSourceFiles('libs/core', { withTests: false });

  it('depends on nothing, not even on Node’s own modules', () => {
    expect(importsOf(files, (specifier) => !specifier.startsWith('.'))).toEqual([]);
  });

  it('reads no clock and sets no timer outside of system-clock.ts', () => {
    const wrong = files
      .filter(({ path }) => !path.endsWith('/system-clock.ts'))
      .filter(({ text }) =>
        /\b(?:Date\.now|performance\.now|setTimeout|setInterval|setImmediate)\b/.test(text),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

describe('libs/testing', () => {
  it('needs no Nest: a batcher is tested without it', () => {
    const files = readSourceFiles('libs/testing', { withTests: false });
    expect(importsOf(files, (specifier) => specifier.startsWith('@nestjs/'))).toEqual([]);
  });
});

describe.each(['apps', 'bench'])('%s', (folder) => {
  const files = readSourceFiles(folder, { withTests: false });

  it('imports the libs by the names that a user would, and reaches no file outside of itself', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(importsOf(files, reachesOutOf(folder))).toEqual([]);
  });
});
