import { parentPort } from 'node:worker_threads';

import { messageOf } from './error-message.js';
import type { CallMessage, ModelCallKind, ModelCalls, ReplyMessage } from './model-protocol.js';
import { ModelSession } from './model-session.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';
import { buffersOf } from './tensors/tensor-type.js';
import { transferOrCopy } from './transfer-or-copy.js';

/**
 * The entry of a worker thread: has one session and works off one call at a time.
 *
 * The thread is never ended from outside. Inside ONNX Runtime that would abort the whole process, so a worker
 * that is told to close finishes its run, releases its session, stops listening, and thereby ends.
 */
if (parentPort === null) throw new Error('model-worker.js must be started as a worker thread.');
const port = parentPort;

let session: ModelSession | undefined;
let lastCall: Promise<void> = Promise.resolve();

port.on('message', (call: CallMessage) => {
  lastCall = lastCall.then(() => answer(call));
});

async function answer(call: CallMessage): Promise<void> {
  const { callId } = call;
  try {
    const reply = await perform(call);
    const buffers = reply !== undefined && 'runMs' in reply ? buffersOf(reply.outputs) : [];
    transferOrCopy(port, { callId, reply } satisfies ReplyMessage, buffers);
  } catch (error) {
    const kind = error instanceof RuntimeUnavailableError ? 'runtime-unavailable' : 'failed';
    port.postMessage({ callId, failure: { kind, message: messageOf(error) } } satisfies ReplyMessage);
  }
  if (call.kind === 'close') port.close();
}

async function perform(call: CallMessage): Promise<ModelCalls[ModelCallKind]['reply']> {
  switch (call.kind) {
    case 'open':
      await releaseSession();
      session = await ModelSession.open(call.request);
      return session.opened;
    case 'run':
      if (session === undefined) throw new Error('no session is open');
      return await session.run(call.request);
    case 'close':
      return await releaseSession();
  }
}

async function releaseSession(): Promise<undefined> {
  const released = session;
  session = undefined;
  await released?.release();
}
