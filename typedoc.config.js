import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/** The source of each subpath that is code: `./dist/libs/core/src/index.d.ts` is made from `./libs/core/src/index.ts`. */
const { '.': root, ...subpaths } = Object.fromEntries(
  Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, { types }]) => [subpath, types.replace('./dist/', './').replace('.d.ts', '.ts')]),
);

/**
 * The API reference, `npm run docs`. Whatever is public and lacks its comment, a link that leads nowhere and a type
 * that nobody can import are errors; `test/docs/api-reference.spec.ts` looks for them, too.
 *
 * @type {Partial<import('typedoc').TypeDocOptions>}
 */
export default {
  name: 'nestjs-batching',
  includeVersion: true,
  // A name belongs to the first that exports it, and the root exports all of the core's besides its own.
  entryPoints: [...Object.values(subpaths), root],
  tsconfig: 'tsconfig.build.json',
  out: 'docs/api',
  readme: 'README.md',
  projectDocuments: ['docs/*.md'],
  navigation: { includeFolders: false },

  // The sources have no public address to link to; and where a checkout has come from is no matter.
  disableSources: true,
  // What a base class of somebody else brings is documented there.
  excludeExternals: true,
  excludePrivate: true,
  // The parts of the batcher reach into each other where a call more would cost too much. No caller should.
  excludeInternal: true,

  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  requiredToBeDocumented: [
    'Module',
    'Namespace',
    'Enum',
    'EnumMember',
    'Variable',
    'Function',
    'Class',
    'Interface',
    'TypeAlias',
    'Constructor',
    'Property',
    'Method',
    'Accessor',
    'CallSignature',
    'ConstructorSignature',
    'IndexSignature',
    'GetSignature',
    'SetSignature',
  ],
  // By what a batcher and the signals of its callers know each other; whoever has a batcher has no use for it.
  intentionallyNotExported: ['RequestOwner'],
};
