import { Agent, request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What became of a client's requests. */
export interface ClientReport {
  /** Answers by status. */
  readonly answers: Map<number, number>;
  /** Answers that broke off; a server that has begun to answer must finish. */
  readonly broken: number;
  /** Size of each of the client's requests, all alike, in bytes. */
  readonly requestBytes: number;
}

/** Sends the same request again and again over a connection that is kept, until no new connection is accepted. */
export async function sendUntilRefused(
  url: string,
  body: string,
  onAnswer: () => void,
): Promise<ClientReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers = new Map<number, number>();
  let broken = 0;
  let requestBytes = 0;
  let isRefused = false;
  while (!isRefused) {
    const exchange = await sendOnce(agent, url, body);
    if (exchange.status !== undefined) {
      answers.set(exchange.status, (answers.get(exchange.status) ?? 0) + 1);
      requestBytes ||= exchange.connection?.bytesWritten ?? 0;
      onAnswer();
    }
    if (exchange.isBroken) broken += 1;
    // On a connection that was kept, the server may just have ended it; a new one tells.
    isRefused = exchange.error !== undefined && !exchange.isReused;
  }
  agent.destroy();
  return { answers, broken, requestBytes };
}

interface Exchange {
  /** The status of an answer that came to its end. */
  readonly status?: number | undefined;
  /** Whether an answer began but did not end. */
  readonly isBroken: boolean;
  readonly isReused: boolean;
  readonly error?: Error;
  readonly connection?: Socket;
}

function sendOnce(agent: Agent, url: string, body: string): Promise<Exchange> {
  return new Promise((resolve) => {
    const sent = request(url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    let answer: IncomingMessage | undefined;
    const fail = (error: Error): void =>
      resolve({ error, isBroken: answer !== undefined, isReused: sent.reusedSocket });
    sent.on('error', fail);
    sent.on('response', (response) => {
      answer = response;
      const { socket: connection } = response;
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode, isBroken: false, isReused: sent.reusedSocket, connection }),
      );
      response.resume();
    });
    sent.end(body);
  });
}
