import { BareSession, runBare, type TensorsByName } from './bare-runtime.js';
import {
  batchOf,
  canRunZeros,
  mapTensors,
  rowsOf,
  stackByName,
  type BatchableModel,
  type KnownRow,
} from './batchable-model.js';
import { prefixGraph } from './merge-models.js';
import type { GraphProto, ModelProto, NodeProto } from './model-proto.js';
import { NotRunError } from './not-run.error.js';
import { findDifference } from './tensor-difference.js';
import type { TestModel } from './test-model.js';
import { reversed } from './test-tensor.js';
import { withConstants } from './with-constants.js';

/** `AttributeProto.AttributeType`. */
const INT = 2;
const GRAPH = 5;

/** Since when `Scan` works along the first axis. */
const SCAN_OPERATOR_SET = 9;

/**
 * The test as a model that takes a batch of whole inputs, each with an axis of its own in front: the model becomes
 * the body of a `Scan`, which runs it for one row after the other. So rows do not depend on each other, and every
 * rank and every type can be batched.
 *
 * @throws NotRunError
 */
export async function batchByScan(test: TestModel): Promise<BatchableModel> {
  const operatorSet = test.proto.opsetImport.find(({ domain = '' }) => domain === '');
  if (Number(operatorSet?.version ?? 0) < SCAN_OPERATOR_SET) {
    throw new NotRunError(
      'rows depend on each other, and its operator set is older than Scan',
      `operator set ${String(operatorSet?.version)}`,
    );
  }
  try {
    return await tryScan(test);
  } catch (error) {
    if (!(error instanceof NotRunError) || test.inputs.size === 1) throw error;
    // The others are often a shape, which a batch of zeros cannot be.
    const [first] = test.inputs;
    return tryScan(withConstants(test, new Map(first === undefined ? [] : [first])));
  }
}

async function tryScan(test: TestModel): Promise<BatchableModel> {
  const proto = toScan(test);
  const rows = await findRows(test);
  const session = await open(proto);
  try {
    await check(session, rows);
    const needsWarmupRow = !(await canRunZeros(session, test.inputs));
    return { name: test.name, form: 'a Scan over a batch of whole inputs', proto, rows, needsWarmupRow };
  } finally {
    await session.release();
  }
}

/** A body may not call anything as the graph around it does. */
const IN_BODY = 'body:';

function toScan({ proto, inputs, outputs }: TestModel): ModelProto {
  const scan: NodeProto = {
    opType: 'Scan',
    input: [...inputs.keys()],
    output: [...outputs.keys()],
    attribute: [
      { name: 'num_scan_inputs', type: INT, i: inputs.size },
      { name: 'body', type: GRAPH, g: toBody(proto.graph, inputs) },
    ],
  };
  return {
    ...proto,
    graph: {
      name: 'scan',
      node: [scan],
      initializer: [],
      input: [...inputs].map(([name, tensor]) => batchOf(name, tensor)),
      output: [...outputs].map(([name, tensor]) => batchOf(name, tensor)),
      valueInfo: [],
    },
  };
}

/** Only what the rows give; what the initializers give, they give within, too. */
function toBody(graph: GraphProto, inputs: TensorsByName): GraphProto {
  return prefixGraph({ ...graph, input: graph.input.filter(({ name }) => inputs.has(name)) }, IN_BODY);
}

/** The known row, the known row again, and a row of something else if the model takes it. */
async function findRows({ proto, inputs, outputs }: TestModel): Promise<readonly KnownRow[]> {
  const known = { inputs, outputs };
  const others = mapTensors(inputs, reversed);
  const results = await runBare(proto, [others]).catch(() => []);
  const [result] = results;
  const hasSameShapes = [...outputs].every(
    ([name, { dims }]) => result?.get(name)?.dims.join() === dims.join(),
  );
  return [known, known, result !== undefined && hasSameShapes ? { inputs: others, outputs: result } : known];
}

async function open(proto: ModelProto): Promise<BareSession> {
  try {
    return await BareSession.open(proto);
  } catch (error) {
    throw new NotRunError('ONNX Runtime refuses it within a Scan', (error as Error).message);
  }
}

async function check(session: BareSession, rows: readonly KnownRow[]): Promise<void> {
  let results: TensorsByName[];
  try {
    results = rowsOf(await session.run(stackByName(rows.map(({ inputs }) => inputs))), rows.length);
  } catch (error) {
    throw new NotRunError('ONNX Runtime refuses it within a Scan', (error as Error).message);
  }
  rows.forEach(({ outputs }, index) => {
    for (const [name, wanted] of outputs) {
      const difference = findDifference(results[index]?.get(name), wanted);
      if (difference !== undefined) {
        throw new NotRunError('ONNX Runtime refuses it within a Scan', `output ${name}: ${difference}`);
      }
    }
  });
}
