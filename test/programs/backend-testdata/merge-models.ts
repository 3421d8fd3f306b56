import type { TensorsByName } from './bare-runtime.js';
import type { BatchableModel, KnownRow } from './batchable-model.js';
import type { GraphProto, ModelProto, NodeProto, TensorProto } from './model-proto.js';

/** Several models in one file, side by side, and rows that hold an input for each of them. */
export interface MergedModel {
  readonly parts: readonly BatchableModel[];
  readonly proto: ModelProto;
  readonly rows: readonly KnownRow[];
}

/**
 * Models of the same operator sets that start alike, at most so many together. Starting a worker for each would take
 * minutes.
 */
export function groupForMerging(models: readonly BatchableModel[], most: number): BatchableModel[][] {
  const groups = new Map<string, BatchableModel[][]>();
  for (const model of models) {
    const sets = model.proto.opsetImport.map(({ domain = '', version }) => `${domain}:${version.toString()}`);
    const key = [model.form, model.needsWarmupRow, ...sets].join();
    const chunks = groups.get(key) ?? [];
    groups.set(key, chunks);
    const last = chunks.at(-1);
    if (last === undefined || last.length >= most) chunks.push([model]);
    else last.push(model);
  }
  return [...groups.values()].flat();
}

/** @param parts All of the same operator sets. A part with fewer rows than another begins again with its first. */
export function mergeModels(parts: readonly BatchableModel[]): MergedModel {
  const graphs = parts.map(({ proto }, index) => prefixGraph(proto.graph, prefixOf(index)));
  const rowCount = Math.max(...parts.map(({ rows }) => rows.length));
  return {
    parts,
    proto: {
      irVersion: Math.max(4, ...parts.map(({ proto }) => Number(proto.irVersion))),
      opsetImport: parts[0]?.proto.opsetImport ?? [],
      graph: {
        name: 'merged',
        node: graphs.flatMap(({ node }) => node),
        initializer: graphs.flatMap(({ initializer }) => initializer),
        input: graphs.flatMap(({ input }) => input),
        output: graphs.flatMap(({ output }) => output),
        valueInfo: [],
      },
    },
    rows: Array.from({ length: rowCount }, (_, index) => mergeRows(parts, index)),
  };
}

/** What a part calls its tensors, within the merged model. */
export function prefixOf(partIndex: number): string {
  return `${partIndex}/`;
}

function mergeRows(parts: readonly BatchableModel[], index: number): KnownRow {
  const take = (side: 'inputs' | 'outputs'): TensorsByName =>
    new Map(
      parts.flatMap(({ rows }, partIndex) =>
        [...(rows[index % rows.length]?.[side] ?? [])].map(
          ([name, tensor]) => [prefixOf(partIndex) + name, tensor] as const,
        ),
      ),
    );
  return { inputs: take('inputs'), outputs: take('outputs') };
}

/** Every name in a graph, and in those within it, gets something in front. */
export function prefixGraph(graph: GraphProto, prefix: string): GraphProto {
  const rename = (name: string): string => (name === '' ? '' : prefix + name);
  const renameTensor = (tensor: TensorProto): TensorProto => ({ ...tensor, name: rename(tensor.name ?? '') });
  return {
    ...graph,
    node: graph.node.map((node) => prefixNode(node, prefix, rename)),
    initializer: graph.initializer.map(renameTensor),
    ...(graph.sparseInitializer && {
      sparseInitializer: graph.sparseInitializer.map((sparse) => ({
        ...sparse,
        values: renameTensor(sparse.values),
      })),
    }),
    input: graph.input.map((value) => ({ ...value, name: rename(value.name) })),
    output: graph.output.map((value) => ({ ...value, name: rename(value.name) })),
    valueInfo: graph.valueInfo.map((value) => ({ ...value, name: rename(value.name) })),
  };
}

/** Graphs within (of If, Loop, Scan) see the names of those around them, so they are renamed alike. */
function prefixNode(node: NodeProto, prefix: string, rename: (name: string) => string): NodeProto {
  return {
    ...node,
    ...(node.name !== undefined && { name: rename(node.name) }),
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: node.attribute.map((attribute) => ({
      ...attribute,
      ...(attribute.g && { g: prefixGraph(attribute.g, prefix) }),
      ...(attribute.graphs && { graphs: attribute.graphs.map((graph) => prefixGraph(graph, prefix)) }),
    })),
  };
}
