import { MemoryTree, RecordedContext } from '../../../test/schematics/memory-tree.js';
import { addBatchingModule, type AddOptions } from './add-batching-module.js';

const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create<NestExpressApplication>(AppModule, { cors: true });
await app.listen(3000);
`;
const MODULE = `import { Module } from '@nestjs/common';

@Module({ imports: [] })
export class AppModule {}
`;

function run(
  files: Record<string, string>,
  options: AddOptions = {},
): { tree: MemoryTree; messages: string[] } {
  const tree = new MemoryTree(files);
  const context = new RecordedContext();
  addBatchingModule(options)(tree, context);
  return { tree, messages: context.messages };
}

describe('nest add nestjs-batching', () => {
  it('imports the module in the root module and enables the shutdown hooks', () => {
    const { tree, messages } = run({ 'src/main.ts': MAIN, 'src/app.module.ts': MODULE });
    expect(tree.read('src/app.module.ts')).toMatch(/import \{ BatchingModule \} from 'nestjs-batching';/);
    expect(tree.read('src/app.module.ts')).toMatch(/imports: \[\n +BatchingModule\.forRoot\(\{/);
    expect(tree.read('src/main.ts')).toContain(
      'AppModule, { cors: true });\n// On a signal: answers what was accepted, and releases the processors, before the process ends.\n' +
        "app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });\nawait app.listen",
    );
    expect(messages).toEqual([]);
  });

  it('changes nothing the second time', () => {
    const { tree } = run({ 'src/main.ts': MAIN, 'src/app.module.ts': MODULE });
    const first = Object.fromEntries(tree.files);
    const second = run(first);
    expect(Object.fromEntries(second.tree.files)).toEqual(first);
    expect(second.messages).toEqual(['src/app.module.ts has BatchingModule.forRoot() already.']);
  });

  it.each([
    ['11.0.0', false],
    ['11.1.9', false],
    ['11.1.10', true],
    ['11.2.0', true],
    ['12.0.0-alpha.1', true],
  ])('asks Nest %s for what it knows', (version, knowsProcessExit) => {
    const core = { 'node_modules/@nestjs/core/package.json': JSON.stringify({ version }) };
    const { tree } = run({ ...core, 'src/main.ts': MAIN, 'src/app.module.ts': MODULE });
    const call = `app.enableShutdownHooks(['SIGTERM', 'SIGINT']${knowsProcessExit ? ', { useProcessExit: true }' : ''});`;
    expect(tree.read('src/main.ts')).toContain(call);
  });

  it('finds the module that main.ts starts, wherever it is', () => {
    const { tree } = run(
      {
        'apps/shop/src/main.ts': MAIN.replaceAll('app.module', 'core/shop.module').replaceAll(
          'AppModule',
          'ShopModule',
        ),
        'apps/shop/src/core/shop.module.ts': MODULE,
      },
      { sourceRoot: 'apps/shop/src' },
    );
    expect(tree.read('apps/shop/src/core/shop.module.ts')).toContain('BatchingModule.forRoot');
  });

  it('takes the module that it is told', () => {
    const { tree } = run(
      { 'src/main.ts': MAIN, 'src/app.module.ts': MODULE, 'src/other.module.ts': MODULE },
      { module: 'src/other.module.ts', shutdownHooks: false },
    );
    expect(tree.read('src/other.module.ts')).toContain('BatchingModule.forRoot');
    expect(tree.read('src/app.module.ts')).toBe(MODULE);
    expect(tree.read('src/main.ts')).toBe(MAIN);
  });

  it('keeps the line ends of a file', () => {
    const withCarriageReturns = MODULE.replaceAll('\n', '\r\n');
    const { tree } = run({ 'src/main.ts': MAIN, 'src/app.module.ts': withCarriageReturns });
    expect(tree.read('src/app.module.ts')).not.toMatch(/[^\r]\n/);
  });

  it('says what to do by hand where it cannot', () => {
    const { tree, messages } = run({ 'src/main.ts': 'start();', 'src/app.module.ts': '@Module(metadata)' });
    expect(tree.read('src/app.module.ts')).toBe('@Module(metadata)');
    expect(messages).toEqual([
      expect.stringContaining('BatchingModule.forRoot({'),
      expect.stringContaining('app.enableShutdownHooks('),
    ]);
  });

  it('says how the Jest of a CommonJS app loads the package', () => {
    const app = { 'src/main.ts': MAIN, 'src/app.module.ts': MODULE };
    const withJest = { jest: {}, devDependencies: { jest: '30' } };
    const advise = (type: string): string[] =>
      run({ ...app, 'package.json': JSON.stringify({ ...withJest, type }) }).messages;
    expect(advise('commonjs')).toEqual([expect.stringContaining('transformIgnorePatterns')]);
    expect(advise('module')).toEqual([]);
  });

  it('names each of the configurations of Jest that does not know the package yet', () => {
    const app = { 'src/main.ts': MAIN, 'src/app.module.ts': MODULE };
    const told = { transformIgnorePatterns: ['/node_modules/(?!nestjs-batching/|@nestjs/)'] };
    const advise = (unit: object, endToEnd: object): string[] =>
      run({
        ...app,
        'package.json': JSON.stringify({ jest: unit, devDependencies: { jest: '30' } }),
        'test/jest-e2e.json': JSON.stringify(endToEnd),
      }).messages;
    expect(advise({}, {})).toEqual([expect.stringContaining('(package.json, test/jest-e2e.json)')]);
    expect(advise(told, {})).toEqual([expect.stringContaining('(test/jest-e2e.json)')]);
    expect(advise(told, told)).toEqual([]);
  });

  it('names the option where there is no root module', () => {
    expect(() => run({ 'src/main.ts': MAIN })).toThrow('There is no src/app.module.ts.');
  });
});
