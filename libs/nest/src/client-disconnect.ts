import type { ServerResponse } from 'node:http';

/** The parts of an HTTP response that tell whether the client is still there; Fastify wraps Node's (`raw`). */
export type HttpResponse = ServerResponse | { readonly raw: ServerResponse };

/** A signal that is aborted when the client disconnects before it has its whole answer. */
export class ClientDisconnect {
  private readonly controller = new AbortController();
  private readonly response: ServerResponse;

  constructor(response: HttpResponse) {
    this.response = 'raw' in response ? response.raw : response;
    if (this.response.closed) this.onClose();
    else this.response.once('close', this.onClose);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the answer has begun, so that it is too late for a header. */
  get areHeadersSent(): boolean {
    return this.response.headersSent;
  }

  /** The answer is there; what the client does from now on changes nothing. */
  stopWatching(): void {
    this.response.removeListener('close', this.onClose);
  }

  private readonly onClose = (): void => {
    this.controller.abort(new Error('The client disconnected.'));
  };
}
