const DECLARATION = /^import\s(?:[^'"]*?\sfrom\s*)?['"]([^'"\n]+)['"];?/gm;

/** Adds `import { name } from 'specifier';` behind the last import of a source, unless it is there. */
export function addImport(source: string, name: string, specifier: string): string {
  const declarations = [...source.matchAll(DECLARATION)];
  const isThere = declarations.some(
    ([text, from]) => from === specifier && new RegExp(`[{,\\s]${name}[},\\s]`).test(text),
  );
  if (isThere) return source;
  const line = `import { ${name} } from '${specifier}';`;
  const last = declarations.at(-1);
  if (last === undefined) return `${line}\n\n${source}`;
  const end = last.index + last[0].length;
  return `${source.slice(0, end)}\n${line}${source.slice(end)}`;
}

/** Where a source imports a name from; nothing if it does not. */
export function findImport(source: string, name: string): string | undefined {
  const declaration = [...source.matchAll(DECLARATION)].find(([text]) =>
    new RegExp(`\\b${name}\\b`).test(text.replace(/['"].*/, '')),
  );
  return declaration?.[1];
}
