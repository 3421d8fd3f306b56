import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

import { endSoon } from './end-soon.js';
import { serveCalls } from './serve-calls.js';
import { transferOrCopy } from '../protocol/transfer-or-copy.js';
import type { WorkerMessage } from '../protocol/worker-protocol.js';

/** The entry of a worker that is a thread. */
if (parentPort === null) throw new Error('thread-entry.js must be started as a worker thread.');
const port = parentPort;
let tell: (message: WorkerMessage) => void = () => undefined;

function readArrived(): void {
  for (;;) {
    const arrived = receiveMessageOnPort(port) as { readonly message: WorkerMessage } | undefined;
    if (arrived === undefined) return;
    tell(arrived.message);
  }
}

serveCalls({
  onMessage: (listener) => {
    tell = listener;
    port.on('message', listener);
  },
  readArrived,
  send: (reply, buffers) => {
    transferOrCopy(port, reply, buffers);
    // Mostly the next call is there already, and to be told of it by the event loop takes several times as long.
    readArrived();
  },
  close: () => {
    port.close();
    endSoon();
  },
});
