import { describeThrown } from 'nestjs-batching/core';
import { setImmediate } from 'node:timers/promises';

import { endSoon } from './end-soon.js';
import { serveCalls } from './serve-calls.js';
import { watchParent } from './watch-parent.js';
import { flatten, unflatten, type FlatMessage } from '../protocol/flat-message.js';
import type { WorkerMessage, WorkerReply } from '../protocol/worker-protocol.js';

/** The entry of a worker that is a process of its own. */
if (process.send === undefined) throw new Error('process-entry.js must be started by child_process.fork.');
const send = process.send.bind(process);

// A signal for the whole group (Ctrl+C) is for the parent, which lets its workers finish what they have begun.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

// A parent that is gone takes no answers. Ending by a signal, since `process.exit` would wait for native threads.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
watchParent();

/** Settles when all answers have left: what is still in this process would be lost with its line to the parent. */
let allSent: Promise<void> = Promise.resolve();

function reply(message: WorkerReply): void {
  let onSent: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => (onSent = resolve));
  // What cannot be copied is thrown here and now.
  send(flatten(message), undefined, undefined, () => onSent());
  // Not the list of both: each would keep the one before it, for as long as the worker lives.
  allSent = allSent.then(() => sent);
}

/** The message that has arrived; undefined if it cannot be read, which is said then. */
function read(arrived: FlatMessage): WorkerMessage | undefined {
  try {
    return unflatten(arrived) as WorkerMessage;
  } catch (error) {
    const { callId } = arrived;
    if (callId !== undefined) reply(['unreadable', callId, describeThrown(error)]);
    return undefined;
  }
}

serveCalls({
  onMessage: (listener) => {
    process.on('message', (arrived: FlatMessage) => {
      const message = read(arrived);
      if (message !== undefined) listener(message);
    });
  },
  // The first comes before the line is looked at, the second after what was there has been read.
  readArrived: async () => {
    await setImmediate();
    await setImmediate();
  },
  send: reply,
  close: async () => {
    await allSent;
    process.removeAllListeners('disconnect');
    if (process.connected) process.disconnect();
    endSoon();
  },
});
