import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { loadOnnxProto } from '../../libs/testing/src/onnx-models/onnx-proto.js';

/** What of `ModelProto` is changed. */
interface ModelWithWeights {
  readonly graph: { readonly initializer: Weights[] };
}

interface Weights {
  rawData?: Uint8Array;
  dataLocation?: number;
  externalData?: { readonly key: string; readonly value: string }[];
}

const EXTERNAL = 1;

/**
 * Writes a model whose weights are in files of their own, as exporters do with large models: those of constant *i* in
 * `locations[i]`, counted from the model's folder. A constant without a location stays in the model.
 */
export async function writeWithExternalWeights(
  path: string,
  model: Uint8Array,
  locations: readonly (string | undefined)[],
): Promise<void> {
  const type = await loadOnnxProto('ModelProto');
  const decoded = type.decode(model) as unknown as ModelWithWeights;
  for (const [index, location] of locations.entries()) {
    const weights = decoded.graph.initializer[index];
    if (location === undefined || weights?.rawData === undefined) continue;
    const { rawData } = weights;
    await writeFile(resolve(dirname(path), location), rawData);
    delete weights.rawData;
    weights.dataLocation = EXTERNAL;
    weights.externalData = [
      { key: 'location', value: location },
      { key: 'length', value: String(rawData.length) },
    ];
  }
  await writeFile(path, type.encode(type.fromObject(decoded)).finish());
}
