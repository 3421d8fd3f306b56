import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** What a server has to do with its clients, as Node itself saw it. */
export interface RequestCounts {
  /** Requests whose head was read. */
  readonly started: number;
  /** Responses that were written to their end. */
  readonly finished: number;
  /** Bytes that came over all connections. */
  readonly bytesRead: number;
}

/**
 * Loaded into a server by `node --import`, counts its requests and writes the counts, when the process ends, to
 * the file that `REQUEST_COUNTS_FILE` names. Other processes, such as workers, leave it alone.
 */
let started = 0;
let finished = 0;
const connections: Socket[] = [];

subscribe('http.server.request.start', () => (started += 1));
subscribe('http.server.response.finish', () => (finished += 1));
subscribe('net.server.socket', (message) => connections.push((message as { socket: Socket }).socket));

process.on('exit', () => {
  const file = process.env['REQUEST_COUNTS_FILE'];
  const bytesRead = connections.reduce((sum, connection) => sum + connection.bytesRead, 0);
  if (file === undefined) return;
  writeFileSync(file, JSON.stringify({ started, finished, bytesRead } satisfies RequestCounts));
});
