import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientDisconnect } from './client-disconnect.js';

/** A response that can be closed, as far as is looked at. */
function respond(state: { readonly closed?: boolean } = {}) {
  const events = Object.assign(new EventEmitter(), { closed: false, headersSent: false, ...state });
  return { events, response: events as unknown as ServerResponse };
}

describe('ClientDisconnect', () => {
  it('tells when the client disconnects', () => {
    const { events, response } = respond();
    const { signal } = new ClientDisconnect(response);
    expect(signal.aborted).toBe(false);
    events.emit('close');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toEqual(new Error('The client disconnected.'));
  });

  it('tells at once that the client has disconnected before', () => {
    expect(new ClientDisconnect(respond({ closed: true }).response).signal.aborted).toBe(true);
  });

  it('looks at the response of Node inside of that of Fastify', () => {
    const { events, response } = respond();
    const { signal } = new ClientDisconnect({ raw: response });
    events.emit('close');
    expect(signal.aborted).toBe(true);
  });

  it('does not care what the client does once the answer is there, and leaves no listener', () => {
    const { events, response } = respond();
    const client = new ClientDisconnect(response);
    client.stopWatching();
    expect(events.listenerCount('close')).toBe(0);
    events.emit('close');
    expect(client.signal.aborted).toBe(false);
  });
});
