import { MemoryTree, RecordedContext } from '../../../test/schematics/memory-tree.js';
import { generateProcessor, type ProcessorOptions } from './generate-processor.js';

const APP = {
  'package.json': '{ "type": "module" }',
  'src/main.ts': "import { AppModule } from './app.module.js';\nawait NestFactory.create(AppModule);\n",
  'src/app.module.ts':
    "import { Module } from '@nestjs/common';\n\n@Module({ imports: [BatchingModule.forRoot()] })\nexport class AppModule {}\n",
};

function run(
  options: ProcessorOptions,
  files: Record<string, string> = APP,
): { tree: MemoryTree; messages: string[] } {
  const tree = new MemoryTree(files);
  const context = new RecordedContext();
  generateProcessor(options)(tree, context);
  return { tree, messages: context.messages };
}

function madeFiles(tree: MemoryTree): string[] {
  return [...tree.files.keys()].filter((path) => !(path in APP));
}

describe('nest g -c nestjs-batching processor', () => {
  it('makes a processor, a controller, their module, and tests, and imports the module', () => {
    const { tree } = run({ name: 'toxicComment' });
    expect(madeFiles(tree)).toEqual([
      'src/toxic-comment/toxic-comment.controller.spec.ts',
      'src/toxic-comment/toxic-comment.controller.ts',
      'src/toxic-comment/toxic-comment.module.ts',
      'src/toxic-comment/toxic-comment.processor.spec.ts',
      'src/toxic-comment/toxic-comment.processor.ts',
    ]);
    expect(tree.read('src/app.module.ts')).toContain(
      "import { ToxicCommentModule } from './toxic-comment/toxic-comment.module.js';",
    );
    expect(tree.read('src/app.module.ts')).toContain(', ToxicCommentModule]');
  });

  it('leaves no placeholder', () => {
    const { tree } = run({ name: 'sentiment' });
    for (const [path, text] of tree.files) expect(path + text).not.toMatch(/<%|%>|__/);
  });

  it('imports without an ending where the app is CommonJS', () => {
    const { tree } = run({ name: 'sentiment' }, { ...APP, 'package.json': '{}' });
    expect(tree.read('src/sentiment/sentiment.module.ts')).toContain("from './sentiment.processor';");
    expect(tree.read('src/app.module.ts')).toContain("from './sentiment/sentiment.module';");
  });

  it.each<[string, ProcessorOptions, string]>([
    ['in the folder that its name tells', { name: 'models/sentiment' }, 'src/models/sentiment/'],
    ['in the folder of the path', { name: 'sentiment', path: 'models' }, 'src/models/sentiment/'],
    ['without a folder of its own', { name: 'sentiment', path: 'models', flat: true }, 'src/models/'],
    [
      'in another app',
      { name: 'sentiment', sourceRoot: 'apps/shop/src', skipImport: true },
      'apps/shop/src/sentiment/',
    ],
  ])('lies %s', (_case, options, folder) => {
    const { tree } = run(options);
    expect(madeFiles(tree)).toContain(`${folder}sentiment.module.ts`);
  });

  it('is imported by the nearest module', () => {
    const models = '@Module({ imports: [] })\nexport class ModelsModule {}\n';
    const { tree } = run({ name: 'models/sentiment' }, { ...APP, 'src/models/models.module.ts': models });
    expect(tree.read('src/models/models.module.ts')).toContain(
      "import { SentimentModule } from './sentiment/sentiment.module.js';",
    );
    expect(tree.read('src/app.module.ts')).toBe(APP['src/app.module.ts']);
  });

  it('is not taken for its own parent when it is flat', () => {
    const { tree } = run({ name: 'sentiment', path: 'models', flat: true });
    expect(tree.read('src/app.module.ts')).toContain("from './models/sentiment.module.js';");
  });

  it('makes no tests, or calls them otherwise, as it is told', () => {
    expect(madeFiles(run({ name: 'sentiment', spec: false }).tree)).toHaveLength(3);
    expect(madeFiles(run({ name: 'sentiment', specFileSuffix: 'test' }).tree)).toContain(
      'src/sentiment/sentiment.processor.test.ts',
    );
  });

  it('says where the app lacks what all batchers have in common', () => {
    const root = '@Module({ imports: [] })\nexport class AppModule {}\n';
    expect(run({ name: 'sentiment' }).messages).toEqual([]);
    expect(run({ name: 'sentiment' }, { ...APP, 'src/app.module.ts': root }).messages).toEqual([
      expect.stringContaining('src/app.module.ts has no BatchingModule.forRoot()'),
    ]);
  });

  it('leaves the import to the user on demand, or where it must', () => {
    expect(run({ name: 'sentiment', skipImport: true }).tree.read('src/app.module.ts')).toBe(
      APP['src/app.module.ts'],
    );
    const { messages } = run({ name: 'sentiment' }, { ...APP, 'src/app.module.ts': '@Module(metadata)' });
    expect(messages[0]).toContain('import SentimentModule by hand');
  });

  it.each(['batching', 'app', 'models/other'])(
    'does not import its module where another one is called so: %s',
    (name) => {
      const root =
        "import { OtherModule } from './other.module.js';\n@Module({ imports: [BatchingModule.forRoot(), OtherModule] })\n" +
        'export class AppModule {}\n';
      const { tree, messages } = run({ name }, { ...APP, 'src/app.module.ts': root });
      expect(tree.read('src/app.module.ts')).toBe(root);
      expect(messages).toEqual([expect.stringMatching(/src\/app\.module\.ts has a \w+Module already/)]);
    },
  );

  it('refuses a name whose class would be called as what its file imports', () => {
    expect(() => run({ name: 'models/batch' })).toThrow('"batch" would make a class BatchProcessor');
  });

  it('refuses a name that no class can have', () => {
    expect(() => run({ name: '42' })).toThrow('The name of a processor begins with a letter; received "42".');
  });
});
