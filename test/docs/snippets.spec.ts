import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { codeBlocks, readDocument } from './code-blocks.js';

/** A TypeScript block of a document, as a file of its own beside the project's other files. */
interface Snippet {
  readonly title: string;
  readonly fileName: string;
  readonly text: string;
}

const documents = [
  'README.md',
  ...readdirSync(join(PROJECT_ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((path) => path.endsWith('.md'));
const snippets = documents.flatMap(readSnippets);

/** What the files of a page may import besides each other: the Nest CLI has made it. */
const MADE_BY_THE_CLI = { 'src/app.module.ts': 'export declare class AppModule {}\n' };

/**
 * Blocks that are marked `ts`. Each must stand by itself, as a reader would paste it; those that name their file may
 * import each other.
 */
function readSnippets(document: string): Snippet[] {
  const folder = folderOf(document);
  return codeBlocks(readDocument(document))
    .filter(({ language }) => language === 'ts')
    .map(({ text, path }, index) => ({
      title: `${document}, ${path ?? `block ${index + 1}`}`,
      fileName: join(folder, path ?? `block-${index + 1}.ts`),
      // Without an import or export a file is a script, and its names meet those of all others.
      text: `${text}\nexport {};\n`,
    }));
}

function folderOf(document: string): string {
  return join(PROJECT_ROOT, 'test/docs', document.replaceAll(/\W/g, '-'));
}

function findFaults(): Map<string, string[]> {
  const configPath = join(PROJECT_ROOT, 'tsconfig.json');
  const { options } = ts.getParsedCommandLineOfConfigFile(
    configPath,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    },
  ) ?? { options: {} };
  const files = new Map([
    ...documents.flatMap((document) =>
      Object.entries(MADE_BY_THE_CLI).map(([path, text]) => [join(folderOf(document), path), text] as const),
    ),
    ...snippets.map(({ fileName, text }) => [fileName, text] as const),
  ]);
  const host = ts.createCompilerHost(options);
  const onDisk = { ...host };
  host.readFile = (fileName) => files.get(fileName) ?? onDisk.readFile(fileName);
  // Without it, a folder that is not on disk is not looked into.
  delete host.directoryExists;
  host.fileExists = (fileName) => files.has(fileName) || onDisk.fileExists(fileName);
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
  const faults = new Map<string, string[]>();
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const fileName = file?.fileName ?? 'the project';
    faults.set(fileName, [
      ...(faults.get(fileName) ?? []),
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ]);
  }
  return faults;
}

describe('the code in the documents', () => {
  const faults = findFaults();

  it('is there', () => {
    expect(snippets.length).toBeGreaterThan(0);
  });

  it.each(snippets)('compiles: $title', ({ fileName }) => {
    expect(faults.get(fileName) ?? []).toEqual([]);
  });
});
