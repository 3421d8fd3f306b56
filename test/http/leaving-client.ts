import { request } from 'node:http';

/** A client that sends a request and may leave before it has the answer. */
export interface LeavingClient {
  /** Closes the connection; resolves when that is done. */
  leave(): Promise<void>;
}

/** Sends `body` as JSON on a connection of its own. */
export function sendAndMayLeave(url: string, body: unknown): LeavingClient {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  });
  // The error is what the client itself brings about by leaving.
  sent.on('error', () => undefined);
  sent.end(JSON.stringify(body));
  return {
    leave: async () => {
      const closed = new Promise((resolve) => sent.once('close', resolve));
      sent.destroy();
      await closed;
    },
  };
}
