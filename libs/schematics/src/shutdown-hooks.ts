import { findClosing, maskSource } from './mask-source.js';

const CREATION = /^([ \t]*)(?:const|let)\s+([\w$]+)\b[^;=]*=\s*await\s+NestFactory\s*\.\s*create\w*[^(;]*\(/m;

/** `useProcessExit` came with this version of Nest; before, the signal itself ends the process in the end. */
const FIRST_WITH_PROCESS_EXIT = [11, 1, 10];

/** How an app on this version of Nest is told to end in order; an unknown version counts as a new one. */
export function shutdownHooksCall(app: string, nestVersion: string | undefined): string {
  const options = nestVersion !== undefined && isOlder(nestVersion) ? '' : ', { useProcessExit: true }';
  return `${app}.enableShutdownHooks(['SIGTERM', 'SIGINT']${options});`;
}

/**
 * Adds a call of `enableShutdownHooks` behind the one that creates the app. Without it a signal ends the process
 * at once, and whoever waits for a batch gets no answer.
 *
 * @returns The source as it is if the call is there; nothing if the app's creation cannot be seen.
 */
export function addShutdownHooks(source: string, nestVersion: string | undefined): string | undefined {
  const masked = maskSource(source);
  if (masked.includes('enableShutdownHooks')) return source;
  const creation = CREATION.exec(masked);
  if (creation === null) return undefined;
  const [text, indent, app] = creation;
  const closing = findClosing(masked, creation.index + text.length - 1);
  if (closing === undefined) return undefined;
  const lineEnd = masked.indexOf('\n', closing);
  const end = lineEnd === -1 ? source.length : lineEnd;
  const call = [
    '// On a signal: answers what was accepted, and releases the processors, before the process ends.',
    shutdownHooksCall(app ?? 'app', nestVersion),
  ].map((line) => `\n${indent}${line}`);
  return source.slice(0, end) + call.join('') + source.slice(end);
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  const differing = FIRST_WITH_PROCESS_EXIT.findIndex((part, index) => part !== parts[index]);
  return differing !== -1 && (parts[differing] ?? 0) < (FIRST_WITH_PROCESS_EXIT[differing] ?? 0);
}
