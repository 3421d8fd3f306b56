import { describeThrown, type ConfigRule } from 'nestjs-batching/core';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Where a file is: a `file:` URL, as such or as text, or a path, which counts from the working directory. */
export type FileLocation = string | URL;

/** A `file:` URL, or what has no scheme; a single letter before the colon is a drive. */
const URL_OR_PATH = /^(?:file:|(?![a-z][a-z+.-]+:)).+/i;

const FILE_URL = /^file:/i;

/**
 * The rule for an option that says where a file is; whether there is one is another question.
 *
 * @param file For the message: `the model's file`.
 */
export function fileLocationOf(file: string): ConfigRule {
  return (value) => {
    const expected = `the path or file: URL of ${file}`;
    if (!hasFormOfLocation(value)) return expected;
    const reason = whyNoFile(value);
    if (reason === undefined) return undefined;
    return `${expected} (this URL is none: ${reason}; that of an absolute path has three slashes, file:///)`;
  };
}

/** A location as a URL. */
export function toFileUrl(location: FileLocation): URL {
  if (location instanceof URL) return location;
  return FILE_URL.test(location) ? new URL(location) : pathToFileURL(resolve(location));
}

function hasFormOfLocation(value: unknown): value is FileLocation {
  return value instanceof URL
    ? value.protocol === 'file:'
    : typeof value === 'string' && URL_OR_PATH.test(value);
}

/** A `file:` URL may have what no path has, such as a host: `file://models/digits.onnx`. */
function whyNoFile(location: FileLocation): string | undefined {
  try {
    fileURLToPath(toFileUrl(location));
    return undefined;
  } catch (error) {
    return describeThrown(error);
  }
}
