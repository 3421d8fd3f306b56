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
    const leaving = new AbortController();
    const { events, response } = respond();
    new ClientDisconnect(response, leaving);
    expect(leaving.signal.aborted).toBe(false);
    events.emit('close');
    expect(leaving.signal.aborted).toBe(true);
    expect(leaving.signal.reason).toEqual(new Error('The client disconnected.'));
  });

  it('tells at once that the client has disconnected before', () => {
    const leaving = new AbortController();
    new ClientDisconnect(respond({ closed: true }).response, leaving);
    expect(leaving.signal.aborted).toBe(true);
  });

  it('looks at the response of Node inside of that of Fastify', () => {
    const leaving = new AbortController();
    const { events, response } = respond();
    new ClientDisconnect({ raw: response }, leaving);
    events.emit('close');
    expect(leaving.signal.aborted).toBe(true);
  });

  it('does not care what the client does once the answer is there, and leaves no listener', () => {
    const leaving = new AbortController();
    const { events, response } = respond();
    const client = new ClientDisconnect(response, leaving);
    client.stopWatching();
    expect(events.listenerCount('close')).toBe(0);
    events.emit('close');
    expect(leaving.signal.aborted).toBe(false);
  });
});
