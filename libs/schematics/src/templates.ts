import { readdirSync, readFileSync } from 'node:fs';

/** A file as it is to be made; its name has not yet a folder. */
export interface RenderedFile {
  readonly name: string;
  readonly text: string;
}

const ENDING = '.template';

/**
 * Fills in every template of a folder: `__field__` in a file's name, `<%= field %>` in its text.
 *
 * @throws Error if a template asks for a field that is not there.
 */
export function renderTemplates(folder: URL, fields: Readonly<Record<string, string>>): RenderedFile[] {
  const fill = (text: string, pattern: RegExp): string =>
    text.replaceAll(pattern, (_placeholder, field: string) => {
      const value = fields[field];
      if (value === undefined)
        throw new Error(`There is no field "${field}" for the templates of ${folder.href}.`);
      return value;
    });
  return readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .sort()
    .map((file) => ({
      name: fill(file.slice(0, -ENDING.length), /__(\w+?)__/g),
      text: fill(readFileSync(new URL(file, folder), 'utf8'), /<%= (\w+) %>/g),
    }));
}
