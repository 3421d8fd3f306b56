import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { codeBlocks, readDocument } from './code-blocks.js';

const folder = join(PROJECT_ROOT, 'test/docs/testing-guide');
const blocks = codeBlocks(readDocument('docs/testing.md'))
  .filter(({ language }) => language === 'ts')
  .map(({ text }) => text);
const testFiles = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

describe('the testing guide', () => {
  it('shows tests that are run, word for word, and all of them', () => {
    expect([...blocks].sort()).toEqual([...testFiles].sort());
  });
});
