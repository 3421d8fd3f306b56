import { parentPort } from 'node:worker_threads';

import { endSoon } from './end-soon.js';
import { serveCalls } from './serve-calls.js';
import { transferOrCopy } from './transfer-or-copy.js';
import type { WorkerMessage } from './worker-protocol.js';

/** The entry of a worker that is a thread. */
if (parentPort === null) throw new Error('thread-entry.js must be started as a worker thread.');
const port = parentPort;

serveCalls({
  onMessage: (listener) => void port.on('message', (message: WorkerMessage) => listener(message)),
  send: (reply, buffers) => transferOrCopy(port, reply, buffers),
  close: () => {
    port.close();
    endSoon();
  },
});
