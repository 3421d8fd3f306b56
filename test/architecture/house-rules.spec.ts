import { readSourceFiles } from './source-files.js';

const LONGEST_FILE_LINES = 300;
const LONGEST_COMMENT_COLUMNS = 120;

describe('every source file', () => {
  const files = ['libs', 'apps', 'bench'].flatMap((folder) => readSourceFiles(folder, { withTests: false }));

  it(`has at most ${LONGEST_FILE_LINES} lines, since it holds one idea`, () => {
    const long = files
      .filter(({ text }) => text.split('\n').length > LONGEST_FILE_LINES)
      .map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it(`has comments of at most ${LONGEST_COMMENT_COLUMNS} columns, which the formatter does not look at`, () => {
    const long = files.flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => line.length > LONGEST_COMMENT_COLUMNS && /^\s*(?:\*|\/\/|\/\*\*)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(long).toEqual([]);
  });

  it('leaves nothing for later', () => {
    const unfinished = files
      .filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text))
      .map(({ path }) => path);
    expect(unfinished).toEqual([]);
  });

  it('is called by what it holds, not by a bag’s name', () => {
    const bags = files.filter(({ path }) => /(?:utils?|helpers?|managers?|misc|common)\.ts$/.test(path));
    expect(bags.map(({ path }) => path)).toEqual([]);
  });
});

describe('every lib’s index', () => {
  it('lists the public names and nothing else', () => {
    const files = readSourceFiles('libs', { withTests: false }).filter(({ path }) =>
      path.endsWith('/src/index.ts'),
    );
    expect(files.length).toBeGreaterThanOrEqual(5);
    const busy = files.filter(({ text }) =>
      /^\s*(?:import|const|let|function|class|export (?:const|function|class))\b/m.test(text),
    );
    expect(busy.map(({ path }) => path)).toEqual([]);
  });
});

describe('every program that a test runs', () => {
  const programs = readSourceFiles('test', { withTests: false, withJavaScript: true }).filter(({ path }) =>
    path.includes('/programs/'),
  );

  it('ends by itself, since `process.exit` would hide what is left open', () => {
    expect(programs.length).toBeGreaterThan(20);
    const ending = programs.filter(({ text }) => /\bprocess\.(?:exit|abort|reallyExit)\(/.test(text));
    expect(ending.map(({ path }) => path)).toEqual([]);
  });
});
