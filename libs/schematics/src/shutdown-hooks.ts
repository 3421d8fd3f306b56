import { findClosing, maskSource } from './mask-source.js';

const CREATION = /^([ \t]*)(?:const|let)\s+([\w$]+)\b[^;=]*=\s*await\s+NestFactory\s*\.\s*create\w*[^(;]*\(/m;

/**
 * Adds a call of `enableShutdownHooks` behind the one that creates the app. Without it a signal ends the process
 * at once, and whoever waits for a batch gets no answer.
 *
 * @returns The source as it is if the call is there; nothing if the app's creation cannot be seen.
 */
export function addShutdownHooks(source: string): string | undefined {
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
    `// On a signal: answers what was accepted, releases the processors, then ends with code 0.`,
    `${app}.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });`,
  ].map((line) => `\n${indent}${line}`);
  return source.slice(0, end) + call.join('') + source.slice(end);
}
