import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { MessageReader } from './message-reader.js';

/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) on the way from a model to what
 * its tensors say of external data, by the numbers of the fields that hold them.
 */
const MESSAGES = {
  model: { 7: 'graph', 25: 'function' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparseTensor', 23: 'sparseTensor' },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'externalData' },
  externalData: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;

type MessageName = keyof typeof MESSAGES;

/** Fields of one entry of external data: `location` and such, and what it is. */
const KEY_FIELD = 1;
const VALUE_FIELD = 2;

/**
 * The files, besides its own, in which a model keeps its weights: as absolute paths, each once. What large models have
 * always done, since one file holds 2 GB at most, exporters do more and more for small ones too.
 *
 * Only the model's structure is read, not the weights. What is no ONNX model names no files; whoever opens it will tell
 * what is wrong.
 *
 * @throws what the file system says if the model cannot be read.
 */
export async function findExternalData(modelPath: string): Promise<readonly string[]> {
  const file = await open(modelPath);
  try {
    const locations = new Set<string>();
    const reader = new MessageReader(file);
    await visit(reader, 'model', (await file.stat()).size, (location) => locations.add(location));
    return [...locations].map((location) => resolve(dirname(modelPath), location));
  } finally {
    await file.close();
  }
}

/** Reads a message that ends there. */
async function visit(
  reader: MessageReader,
  name: MessageName,
  end: number,
  onLocation: (location: string) => void,
): Promise<void> {
  const parts: Readonly<Record<number, MessageName>> = MESSAGES[name];
  let key = '';
  let value = '';
  for (;;) {
    const field = await reader.nextField(end);
    if (field === undefined) break;
    const part = parts[field.number];
    if (part !== undefined) await visit(reader, part, field.end, onLocation);
    else if (name === 'externalData' && field.number === KEY_FIELD) key = await reader.readText(field.end);
    else if (name === 'externalData' && field.number === VALUE_FIELD)
      value = await reader.readText(field.end);
    reader.skipTo(field.end);
  }
  if (key === 'location') onLocation(value);
}
