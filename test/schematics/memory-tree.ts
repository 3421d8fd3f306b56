import { posix } from 'node:path';
import type { AppTree, SchematicContext } from '../../libs/schematics/src/app-tree.js';

/** An app's files in memory. Like the devkit's tree it refuses to create what is there, or to replace what is not. */
export class MemoryTree implements AppTree {
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  read(path: string): string | null {
    return this.files.get(path) ?? null;
  }

  create(path: string, content: string): void {
    if (this.exists(path)) throw new Error(`${path} is there.`);
    this.files.set(path, content);
  }

  overwrite(path: string, content: string): void {
    if (!this.exists(path)) throw new Error(`${path} is not there.`);
    this.files.set(path, content);
  }

  getDir(path: string): { readonly subfiles: readonly string[] } {
    const inside = [...this.files.keys()].filter((file) => posix.dirname(file) === path);
    return { subfiles: inside.map((file) => posix.basename(file)) };
  }
}

/** Keeps what a schematic says to the user. */
export class RecordedContext implements SchematicContext {
  readonly messages: string[] = [];
  readonly logger = {
    info: (message: string): void => void this.messages.push(message),
    warn: (message: string): void => void this.messages.push(message),
  };
}
