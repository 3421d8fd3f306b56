import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a file is: a `file:` URL, as such or as text, or a path, which counts from the working directory. */
export type FileLocation = string | URL;

/** A `file:` URL, or what has no scheme; a single letter before the colon is a drive. */
const URL_OR_PATH = /^(?:file:|(?![a-z][a-z+.-]+:)).+/i;

/** Whether it says where a file is; whether there is one is another question. */
export function isFileLocation(value: unknown): value is FileLocation {
  return value instanceof URL
    ? value.protocol === 'file:'
    : typeof value === 'string' && URL_OR_PATH.test(value);
}

/** The same as a URL. */
export function toFileUrl(location: FileLocation): URL {
  if (location instanceof URL) return location;
  return location.startsWith('file:') ? new URL(location) : pathToFileURL(resolve(location));
}
