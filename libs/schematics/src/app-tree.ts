/**
 * The part of the schematics devkit's `Tree` that is needed here: the app's files, and what is to become of them.
 * Nothing of the devkit is imported, so it is the user's Nest CLI alone that decides on its version.
 */
export interface AppTree {
  exists(path: string): boolean;
  read(path: string): { toString(): string } | null;
  create(path: string, content: string): void;
  overwrite(path: string, content: string): void;
  getDir(path: string): { readonly subfiles: readonly string[] };
}

/** The part of the devkit's context that is needed here. */
export interface SchematicContext {
  readonly logger: { info(message: string): void; warn(message: string): void };
}

/** Changes the app's files. */
export type Schematic = (tree: AppTree, context: SchematicContext) => void;

/** The text of a file, with line feeds alone; nothing if there is no such file. */
export function readText(tree: AppTree, path: string): string | undefined {
  return tree.read(path)?.toString().replaceAll('\r\n', '\n');
}

/** Replaces a file's text, and keeps the line ends that it had. */
export function replaceText(tree: AppTree, path: string, text: string): void {
  const hadCarriageReturns = tree.read(path)?.toString().includes('\r\n') === true;
  tree.overwrite(path, hadCarriageReturns ? text.replaceAll('\n', '\r\n') : text);
}

/** What is read of an app's `package.json`. */
export interface AppPackage {
  readonly type?: unknown;
  readonly devDependencies?: Readonly<Record<string, unknown>>;
  readonly jest?: unknown;
}

export function readPackage(tree: AppTree): AppPackage {
  return JSON.parse(readText(tree, 'package.json') ?? '{}') as AppPackage;
}

/** Whether the app's files are ES modules, whose imports need the ending of the file. */
export function isEsModuleApp(tree: AppTree): boolean {
  return readPackage(tree).type === 'module';
}

/** The version of a package that the app has installed; nothing where it is not to be seen. */
export function readInstalledVersion(tree: AppTree, name: string): string | undefined {
  const description = readText(tree, `node_modules/${name}/package.json`);
  if (description === undefined) return undefined;
  const { version } = JSON.parse(description) as { version?: unknown };
  return typeof version === 'string' ? version : undefined;
}
