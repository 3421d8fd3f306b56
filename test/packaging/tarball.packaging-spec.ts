import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { installInto, pack } from './prepared.js';
import { runProgram } from './run-program.js';
import { importedSubpaths, subpaths, typesVersions } from './subpaths.js';

/**
 * The tarball has 0.91 MB, more than half of it source maps; whatever takes so much more is neither code nor guides.
 */
const MOST_BYTES = 940_000;

const code = pack.paths.filter((path) => path.endsWith('.js'));

describe('the tarball', () => {
  it('has the libs, what the registry shows, the guides that this leads to, and nothing else', () => {
    const expected =
      /^(?:dist\/libs\/[a-z-]+\/.*\.(?:js|d\.ts|js\.map|json|template)|docs\/[a-z-]+\.md|README\.md|LICENSE|package\.json)$/;
    expect(pack.paths.filter((path) => !expected.test(path))).toEqual([]);
    expect(pack.paths).toEqual(
      expect.arrayContaining(['README.md', 'docs/nest.md', 'LICENSE', 'package.json']),
    );
  });

  it('has no test, no model and no sample', () => {
    const foreign = /\.(?:e2e-)?spec\.|\.onnx|(?:^|\/)(?:test|apps|bench|models)\//;
    expect(pack.paths.filter((path) => foreign.test(path))).toEqual([]);
  });

  it('is small', () => {
    expect(pack.size).toBeLessThan(MOST_BYTES);
  });

  it('has types and a source map, with the source in it, for every file of code', () => {
    expect(code.length).toBeGreaterThan(100);
    for (const path of code) {
      expect(pack.paths).toContain(path.replace(/js$/, 'd.ts'));
      const map = JSON.parse(readFileSync(join(PROJECT_ROOT, `${path}.map`), 'utf8')) as {
        sourcesContent?: (string | null)[];
      };
      expect(map.sourcesContent).toEqual([expect.any(String)]);
    }
  });

  it('awaits nothing at the top of a module, which `require` could not load', () => {
    expect(code.filter((path) => hasTopLevelAwait(readFileSync(join(PROJECT_ROOT, path), 'utf8')))).toEqual(
      [],
    );
  });
});

describe('the package', () => {
  let tools = '';

  beforeAll(async () => {
    const pinned = ['publint@0.3.25', '@arethetypeswrong/cli@0.18.5', 'esbuild@0.28.2'];
    tools = await installInto('package-tools', ['--omit=peer', ...pinned, pack.tarball]);
  });

  const runTool = (file: string, ...parameters: string[]): ReturnType<typeof runProgram> =>
    runProgram(process.execPath, [join(tools, 'node_modules', file), ...parameters], { cwd: tools });

  it('passes publint', async () => {
    const { code: exitCode, output } = await runTool('publint/src/cli.js', 'run', pack.tarball, '--strict');
    expect(output).toContain('All good!');
    expect(exitCode).toBe(0);
  });

  it('has types that are right for every way to import it', async () => {
    // That `require` gets an ES module is meant: the Node versions that the package asks for can do it.
    const rules = ['--ignore-rules', 'cjs-resolves-to-esm'];
    const cli = '@arethetypeswrong/cli/dist/index.js';
    const { code: exitCode, output } = await runTool(cli, pack.tarball, '--format', 'ascii', ...rules);
    expect(output).toContain('nestjs-batching/core');
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  });

  it('lets a bundler leave out what nobody uses', async () => {
    const bundle = async (source: string): Promise<string> => {
      const esbuild = (await import(join(tools, 'node_modules/esbuild/lib/main.js'))) as Esbuild;
      const { outputFiles } = await esbuild.build({
        stdin: { contents: source, resolveDir: tools },
        bundle: true,
        format: 'esm',
        platform: 'node',
        write: false,
      });
      return outputFiles.map(({ text }) => text).join('');
    };
    const classNames = ['QueueFullError', 'DynamicBatcher', 'DeadlineExceededError'];
    const whole = await bundle("export { DynamicBatcher } from 'nestjs-batching/core';");
    const oneError = await bundle("export { QueueFullError } from 'nestjs-batching/core';");
    expect(definedIn(whole, classNames)).toEqual(classNames);
    expect(definedIn(oneError, classNames)).toEqual(['QueueFullError']);
    expect(oneError.length).toBeLessThan(whole.length / 10);
    expect(whole + oneError).not.toContain('@nestjs');
  });

  it('offers every lib that its own files import', () => {
    const imported = code.flatMap((path) => importedSubpaths(readFileSync(join(PROJECT_ROOT, path), 'utf8')));
    expect(subpaths).toEqual(expect.arrayContaining([...new Set(imported)]));
  });

  it('tells the old module resolution of every subpath', () => {
    const told = Object.keys(typesVersions['*']).map((subpath) => `nestjs-batching/${subpath}`);
    expect(['nestjs-batching', ...told].sort()).toEqual([...subpaths].sort());
  });
});

function definedIn(bundled: string, classNames: readonly string[]): string[] {
  return classNames.filter((name) => new RegExp(`class ${name}\\b|\\b${name} = class\\b`).test(bundled));
}

/** What of esbuild is used; it is not among the project's own packages. */
interface Esbuild {
  build(options: object): Promise<{ outputFiles: { text: string }[] }>;
}

function hasTopLevelAwait(source: string): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isFunctionLike(node)) return false;
    if (ts.isAwaitExpression(node)) return true;
    if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
    return ts.forEachChild(node, visit) ?? false;
  };
  return visit(ts.createSourceFile('module.js', source, ts.ScriptTarget.Latest));
}
