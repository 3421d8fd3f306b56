import { addToModuleImports } from './module-imports.js';

const add = (source: string): string | undefined => addToModuleImports(source, 'NewModule');

describe('addToModuleImports', () => {
  it.each([
    ['an empty list', '@Module({ imports: [] })', '@Module({ imports: [NewModule] })'],
    ['a list on one line', '@Module({ imports: [A, B] })', '@Module({ imports: [A, B, NewModule] })'],
    ['a comma at the end', '@Module({ imports: [A,] })', '@Module({ imports: [A, NewModule] })'],
    [
      'other members before it',
      '@Module({ providers: [P], imports: [A] })',
      '@Module({ providers: [P], imports: [A, NewModule] })',
    ],
    [
      'a list in an element',
      '@Module({ imports: [A.forRoot([1]), B] })',
      '@Module({ imports: [A.forRoot([1]), B, NewModule] })',
    ],
    [
      'what follows the list',
      '@Module({ imports: [A].concat(more) })',
      '@Module({ imports: [A, NewModule].concat(more) })',
    ],
  ])('adds behind the last element: %s', (_case, source, expected) => {
    expect(add(source)).toBe(expected);
  });

  it('keeps a list of many lines, and a comment at its end, as it is', () => {
    const source = '@Module({\n  imports: [\n    A,\n    B // the last\n  ],\n})';
    expect(add(source)).toBe('@Module({\n  imports: [\n    A,\n    B, // the last\n    NewModule,\n  ],\n})');
  });

  it('gives an element of many lines lines of its own', () => {
    expect(addToModuleImports('@Module({\n  imports: [A],\n})', 'B.forRoot({\n  c: 1,\n})')).toBe(
      '@Module({\n  imports: [\n    A,\n    B.forRoot({\n      c: 1,\n    }),\n  ],\n})',
    );
  });

  it.each([
    ['none', '@Module({})\nclass A {}', '@Module({\n  imports: [\n    NewModule,\n  ],\n})\nclass A {}'],
    [
      'others',
      '@Module({\n  providers: [P],\n})',
      '@Module({\n  imports: [\n    NewModule,\n  ],\n  providers: [P],\n})',
    ],
    [
      'one whose value has imports',
      '@Module({\n  providers: [{ imports: [] }],\n})',
      '@Module({\n  imports: [\n    NewModule,\n  ],\n  providers: [{ imports: [] }],\n})',
    ],
  ])('begins the members with imports where there are %s', (_case, source, expected) => {
    expect(add(source)).toBe(expected);
  });

  it('is not misled by brackets and names in strings, comments, templates and expressions', () => {
    const before = `// @Module({ imports: [
@Module({
  providers: ['imports: [', "}", \`\${'}'}]\`, { use: /[/'}]/ }], /* imports: [ */
  imports: [A],
})`;
    expect(add(before)).toBe(before.replace('[A]', '[A, NewModule]'));
  });

  it.each([
    ['there is no module', 'class A {}'],
    ['it is written elsewhere', '@Module(metadata)'],
    ['its imports are written elsewhere', '@Module({ imports: shared })'],
    ['its imports are a shorthand', '@Module({ imports, providers: [] })'],
    ['it does not end', '@Module({ imports: [A]'],
  ])('leaves it alone where %s', (_case, source) => {
    expect(add(source)).toBeUndefined();
  });
});
