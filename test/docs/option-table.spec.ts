import { DEFAULT_BATCHING_CONFIG } from 'nestjs-batching/core';
import { readDocument } from './code-blocks.js';

/** The options of README.md, each with what it says in the last column of its table. */
function documentedDefaults(): Map<string, string> {
  const [, chapter = ''] = readDocument('README.md').split('\n## Configuration\n');
  const [tables = ''] = chapter.split('\n## ');
  const rows = tables.matchAll(/^\| `(\w+)`.*\| (.+?) +\|$/gm);
  return new Map([...rows].map(([, option = '', text = '']) => [option, text.replaceAll('`', '')]));
}

describe('The tables of options in README.md', () => {
  const documented = documentedDefaults();

  it('list every option', () => {
    expect([...documented.keys()].toSorted()).toEqual(Object.keys(DEFAULT_BATCHING_CONFIG).toSorted());
  });

  it('name the defaults that count where nobody says otherwise', () => {
    for (const [option, value] of Object.entries<unknown>({ ...DEFAULT_BATCHING_CONFIG })) {
      if (typeof value !== 'number' && typeof value !== 'string') continue;
      expect([option, documented.get(option)]).toEqual([option, value.toLocaleString('en')]);
    }
  });
});
