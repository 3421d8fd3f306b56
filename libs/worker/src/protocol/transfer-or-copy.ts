import { types } from 'node:util';

/** The part of a port that sends; `Worker` and `MessagePort` are such. */
export interface MessageSender {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

/**
 * Sends a message and gives its buffers away with it. Buffers that may not be transferred, such as memory that
 * belongs to a native library, are copied instead.
 */
export function transferOrCopy(
  sender: MessageSender,
  message: unknown,
  buffers: readonly ArrayBufferLike[],
): void {
  // Few: to look through a list is faster than a set, and the worker runs nothing meanwhile.
  const transfer: ArrayBuffer[] = [];
  for (const buffer of buffers) {
    if (types.isArrayBuffer(buffer) && !transfer.includes(buffer)) transfer.push(buffer);
  }
  try {
    sender.postMessage(message, transfer);
  } catch {
    // Nothing has been given away then: all buffers are checked before the first one leaves. What the message itself
    // throws, it throws again.
    sender.postMessage(message, []);
  }
}
