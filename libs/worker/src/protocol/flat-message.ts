import { isRecord } from 'nestjs-batching/core';
import { DefaultDeserializer, DefaultSerializer } from 'node:v8';

import type { WorkerMessage, WorkerReply } from './worker-protocol.js';

/**
 * A message between two processes as bytes. Node itself reads what comes, and an error there ends the process; and as
 * reading takes more stack than writing, what is nested some thousand levels deep can be written, but not read. So Node
 * gets nothing that is nested, and whoever the message is for reads it where an error can be caught.
 */
export interface FlatMessage {
  /** The call that it is about; undefined if about none. */
  readonly callId: number | undefined;
  /** All of the message but the views. */
  readonly body: Uint8Array;
  /** The typed arrays and the like, as they came in it: Node copies their bytes, so that nobody has to do it twice. */
  readonly views: readonly ArrayBufferView[];
}

/** @throws DataCloneError, or whatever else keeps it from being copied. */
export function flatten(message: WorkerMessage | WorkerReply): FlatMessage {
  const writer = new BodyWriter();
  writer.writeHeader();
  writer.writeValue(message);
  const [, callId] = message;
  return { callId, body: writer.releaseBuffer(), views: writer.views };
}

/** What was flattened. @throws RangeError if it is nested too deeply. */
export function unflatten({ body, views }: FlatMessage): unknown {
  const reader = new BodyReader(body, views);
  reader.readHeader();
  return reader.readValue() as unknown;
}

/** Whether it is such a message; what runs in a worker may send others. */
export function isFlatMessage(message: unknown): message is FlatMessage {
  return isRecord(message) && ArrayBuffer.isView(message['body']) && Array.isArray(message['views']);
}

const ANOTHER_OBJECT = 0;
const VIEW = 1;

class BodyWriter extends DefaultSerializer {
  readonly views: ArrayBufferView[] = [];

  /** Called for views, and for objects of Node's own, of which only the fields are copied, as Node does it. */
  _writeHostObject(object: object): void {
    if (ArrayBuffer.isView(object)) {
      this.views.push(object);
      this.writeUint32(VIEW);
      return;
    }
    this.writeUint32(ANOTHER_OBJECT);
    this.writeValue({ ...object });
  }
}

class BodyReader extends DefaultDeserializer {
  private viewsRead = 0;

  constructor(
    body: Uint8Array,
    private readonly views: readonly ArrayBufferView[],
  ) {
    super(body);
  }

  /** Called in the order in which they were written. */
  _readHostObject(): unknown {
    if (this.readUint32() === ANOTHER_OBJECT) return this.readValue() as unknown;
    const view = this.views[this.viewsRead];
    this.viewsRead += 1;
    return view;
  }
}
