import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

type NodeResponse = ServerResponse | Http2ServerResponse;

/** The parts of an HTTP response that tell whether the client is still there; Fastify wraps Node's (`raw`). */
export type HttpResponse = NodeResponse | { readonly raw: NodeResponse };

/** Tells when the client disconnects before it has its whole answer. */
export class ClientDisconnect {
  private readonly response: NodeResponse;

  /** @param leaving Is aborted then. */
  constructor(
    response: HttpResponse,
    private readonly leaving: AbortController,
  ) {
    this.response = 'raw' in response ? response.raw : response;
    // Over HTTP/2 only the stream tells.
    const { closed } = 'stream' in this.response ? this.response.stream : this.response;
    if (closed) this.onClose();
    else this.response.once('close', this.onClose);
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
    this.leaving.abort(new Error('The client disconnected.'));
  };
}
