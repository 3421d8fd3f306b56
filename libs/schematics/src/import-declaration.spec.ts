import { addImport, findImport } from './import-declaration.js';

describe('addImport', () => {
  it.each([
    ['of one line', "import { A } from 'a';\n\nconst a = A;"],
    ['without semicolon', "import { A } from 'a'\n\nconst a = A"],
    ['of many lines', "import {\n  A,\n} from 'a';\n\nconst a = A;"],
    ['for its effect', "import 'a';\n\nconst a = 1;"],
  ])('comes behind the last import, one %s', (_case, source) => {
    expect(addImport(source, 'B', 'b')).toBe(source.replace('\n\n', "\nimport { B } from 'b';\n\n"));
  });

  it('comes first where there is none', () => {
    expect(addImport('const a = 1;\n', 'B', 'b')).toBe("import { B } from 'b';\n\nconst a = 1;\n");
  });

  it('is not added twice', () => {
    const source = "import { A, B } from 'b';\n";
    expect(addImport(source, 'B', 'b')).toBe(source);
  });

  it('is added where only a longer name is imported', () => {
    expect(addImport("import { BB } from 'b';\n", 'B', 'b')).toContain("import { B } from 'b';");
  });
});

describe('findImport', () => {
  it.each([
    ["import { A } from './a.js';", './a.js'],
    ["import A from './a';", './a'],
    ["import { B } from './b';\nimport {\n  A,\n} from './a';", './a'],
    ["import { B } from './A';", undefined],
  ])('in %j finds %j', (source, expected) => {
    expect(findImport(source, 'A')).toBe(expected);
  });
});
