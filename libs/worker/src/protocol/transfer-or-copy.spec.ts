import { once } from 'node:events';
import { markAsUntransferable, MessageChannel } from 'node:worker_threads';

import { transferOrCopy, type MessageSender } from './transfer-or-copy.js';

describe('transferOrCopy', () => {
  it('gives a buffer away, once, however often it is named', async () => {
    const data = Float32Array.of(1, 2, 3);
    expect(await send({ data }, [data.buffer, data.buffer])).toEqual({ data: Float32Array.of(1, 2, 3) });
    expect(data.byteLength).toBe(0);
  });

  it('copies a buffer that may not be given away', async () => {
    const free = Float32Array.of(1);
    const bound = Float32Array.of(2);
    markAsUntransferable(bound.buffer);
    expect(await send({ free, bound }, [free.buffer, bound.buffer])).toEqual({
      free: Float32Array.of(1),
      bound: Float32Array.of(2),
    });
    expect(bound[0]).toBe(2);
  });

  it('copies everything where the port refuses the transfer, as Node 22 and later do', () => {
    const sent: (readonly ArrayBuffer[])[] = [];
    const sender: MessageSender = {
      postMessage: (_, transfer) => {
        sent.push(transfer);
        if (transfer.length > 0) throw new DOMException('it is bound', 'DataCloneError');
      },
    };
    const { buffer } = Float32Array.of(1);
    transferOrCopy(sender, {}, [buffer]);
    expect(sent).toEqual([[buffer], []]);
  });

  it('leaves shared memory shared', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(4));
    const received = (await send({ shared }, [shared.buffer])) as { shared: Float32Array };
    shared[0] = 7;
    expect(received.shared[0]).toBe(7);
  });

  it('still throws for what cannot be sent at all', () => {
    const { port1, port2 } = new MessageChannel();
    expect(() => transferOrCopy(port1, { callback: () => undefined }, [])).toThrow(/could not be cloned/);
    port2.close();
  });
});

async function send(message: unknown, buffers: readonly ArrayBufferLike[]): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  const received = once(port2, 'message');
  transferOrCopy(port1, message, buffers);
  const [result] = (await received) as [unknown];
  port1.close();
  return result;
}
