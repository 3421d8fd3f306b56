import { BareSession, type TensorsByName } from './bare-runtime.js';
import {
  batchOf,
  canRunTwice,
  canRunZeros,
  LEAST_ROWS,
  mapTensors,
  rowsOf,
  stackByName,
  type BatchableModel,
  type KnownRow,
} from './batchable-model.js';
import type { ModelProto, ValueInfoProto } from './model-proto.js';
import { NotRunError } from './not-run.error.js';
import { findDifference } from './tensor-difference.js';
import type { TestModel } from './test-model.js';
import { reversed, rowOf, type TestTensor } from './test-tensor.js';
import { withConstants } from './with-constants.js';

/**
 * The test as a model whose first axis is the batch, if that is what the axis is: ONNX Runtime itself, with nothing
 * of ours, gives each row alone what it gives it among the others, in whatever order. Inputs whose first axis is
 * another one (weights, shapes) become constants.
 *
 * @returns Undefined where the first axis is no batch.
 */
export async function batchByFirstAxis(test: TestModel): Promise<BatchableModel | undefined> {
  const sizes = [...test.inputs.values()].map(({ dims }) => dims[0]);
  for (const size of new Set(sizes)) {
    if (size === undefined || size === 0) continue;
    const together = [...test.inputs].filter(([, { dims }]) => dims[0] === size);
    const choices = together.length > 1 ? [together, ...together.map((input) => [input])] : [together];
    for (const batched of choices) {
      const found = await tryBatch(test, new Map(batched), size);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

async function tryBatch(
  test: TestModel,
  batched: TensorsByName,
  size: number,
): Promise<BatchableModel | undefined> {
  if ([...test.outputs.values()].some(({ dims }) => dims[0] !== size)) return undefined;
  const proto = toBatchable(withConstants(test, batched));
  let session: BareSession;
  try {
    session = await BareSession.open(proto);
  } catch {
    return undefined;
  }
  try {
    const rows = await findIndependentRows(test, session, batched, size);
    const first = rows?.[0]?.inputs;
    // What runs as many rows as the test has, and no other number, has no batch axis.
    if (rows === undefined || first === undefined || !(await canRunTwice(session, first))) return undefined;
    const needsWarmupRow = !(await canRunZeros(session, first));
    return { name: test.name, form: 'its first axis is the batch', proto, rows, needsWarmupRow };
  } catch (error) {
    // With other inputs as constants, or as a whole, the model may do.
    if (error instanceof NotRunError) return undefined;
    throw error;
  } finally {
    await session.release();
  }
}

function toBatchable(test: TestModel): ModelProto {
  const toValues = (tensors: TensorsByName): ValueInfoProto[] =>
    [...tensors].map(([name, tensor]) => batchOf(name, rowOf(tensor, 0)));
  return {
    ...test.proto,
    graph: {
      ...test.proto.graph,
      input: toValues(test.inputs),
      output: toValues(test.outputs),
      // What the model says of values in between holds for one batch size only.
      valueInfo: [],
    },
  };
}

/** Rows with what the runtime gives each of them alone, if that is what it gives them together. */
async function findIndependentRows(
  test: TestModel,
  session: BareSession,
  batched: TensorsByName,
  size: number,
): Promise<readonly KnownRow[] | undefined> {
  const known = rowsOf(test.outputs, size);
  const given = rowsOf(batched, size);
  const inputs = [...given];
  // One row, and copies of it, would prove nothing; and no row shall be where it is from behind, too.
  while (inputs.length < LEAST_ROWS) {
    const last = given[size - 1] ?? new Map<string, TestTensor>();
    inputs.push(size === 1 && inputs.length === LEAST_ROWS - 1 ? mapTensors(last, reversed) : last);
  }
  try {
    const alone: TensorsByName[] = [];
    for (const row of inputs) alone.push(...rowsOf(await session.run(stackByName([row])), 1));
    if (!areClose(alone.slice(0, size), known)) return undefined;
    const count = inputs.length;
    const together = rowsOf(await session.run(stackByName(inputs)), count);
    const backwards = rowsOf(await session.run(stackByName(inputs.toReversed())), count).reverse();
    if (!areClose(together, alone) || !areClose(backwards, alone)) return undefined;
    return inputs.map((row, index) => ({
      inputs: row,
      outputs: known[index] ?? alone[index] ?? new Map<string, TestTensor>(),
    }));
  } catch {
    return undefined;
  }
}

function areClose(rows: readonly TensorsByName[], wanted: readonly TensorsByName[]): boolean {
  return wanted.every((row, index) =>
    [...row].every(([name, tensor]) => findDifference(rows[index]?.get(name), tensor) === undefined),
  );
}
