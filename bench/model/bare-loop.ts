/**
 * A process with nothing but a session of ONNX Runtime in a plain loop, on tensors that are there already: the most
 * that the runtime gives. Started by `BareProcess`.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';

import type { BareCall, BareReply } from './bare-protocol.js';

let session: InferenceSession | undefined;
let feeds: InferenceSession.FeedsType = {};

process.on('message', (call: BareCall) => {
  answer(call).then(
    (reply) => process.send?.(reply),
    (error: unknown) =>
      process.send?.({ kind: 'failed', message: (error as Error).message } satisfies BareReply),
  );
});

async function answer(call: BareCall): Promise<BareReply> {
  switch (call.kind) {
    case 'open':
      session = await InferenceSession.create(call.path, {
        executionProviders: [call.executionProvider],
        intraOpNumThreads: call.intraOpThreads,
        logSeverityLevel: 3,
      });
      return { kind: 'done' };
    case 'prepare':
      feeds = Object.fromEntries(
        call.inputs.map(({ name, type, data, dims }) => [name, new Tensor(type, data, dims)]),
      );
      await session?.run(feeds);
      return { kind: 'done' };
    case 'run':
      return { kind: 'ran', ...(await runFor(call.forMs)) };
  }
}

async function runFor(forMs: number): Promise<{ batches: number; elapsedMs: number }> {
  const startedAtMs = performance.now();
  let batches = 0;
  let elapsedMs = 0;
  while (elapsedMs < forMs) {
    await session?.run(feeds);
    batches += 1;
    elapsedMs = performance.now() - startedAtMs;
  }
  return { batches, elapsedMs };
}
