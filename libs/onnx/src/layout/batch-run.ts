import type { NamedTensor } from '../model-protocol.js';
import type { OnnxResultRow, OnnxTensorRow } from '../rows/onnx-row.js';
import type { BatchedInput } from '../signature/batched-tensor.js';
import type { ReadRow } from '../rows/read-row.js';
import type { RowGroup } from './row-grouping.js';
import { splitOutput, type ExpectedOutput } from './split-output.js';
import { stackInput } from './stack-input.js';
import { copyElements } from '../tensors/tensor-elements.js';
import type { AllocateBuffer } from '../tensors/tensor-type.js';

/** Inputs and outputs of a model, ready to stack and to split by. */
export interface RunLayout {
  readonly inputs: readonly BatchedInput[];
  readonly outputs: ReadonlyMap<string, ExpectedOutput>;
}

/** One call of the model: the requests that it answers, what goes in, and whose is what comes out. */
export class BatchRun {
  /** The place of each request in what was planned. */
  readonly indexes: readonly number[];
  /** How many rows the requests bring together. */
  readonly rowCount: number;
  /** How many rows the inputs have. */
  readonly paddedRowCount: number;
  /** What the requests bring, each; shared inputs of the first one in arrays that are nobody else's. */
  readonly rows: readonly ReadRow[];

  private stacked: readonly NamedTensor[] | undefined;
  private readonly paddedLengths: readonly number[];

  constructor(
    private readonly layout: RunLayout,
    { rows, indexes }: RowGroup,
    paddedRowCount: number,
    private readonly allocate: AllocateBuffer,
    private readonly onStacked: (run: BatchRun) => void,
  ) {
    this.rows = keepShared(layout.inputs, rows);
    this.indexes = indexes;
    this.rowCount = countRows(rows);
    this.paddedRowCount = paddedRowCount;
    this.paddedLengths = longestOf(rows);
  }

  /**
   * In the order of the model's inputs; made when they are asked for. Their buffers are nobody else's and may be
   * given away, after which `forgetInputs` must follow.
   */
  get inputs(): readonly NamedTensor[] {
    if (this.stacked === undefined) {
      // The run itself says what stacking needs. In an object literal of its own, which lives as long as the batch, V8
      // came to keep it among the old objects, and all rows with it until the next full collection.
      this.stacked = this.layout.inputs.map((input, index) => stackInput(input, index, this, this.allocate));
      this.onStacked(this);
    }
    return this.stacked;
  }

  /** Whoever asks for the inputs again gets new ones. */
  forgetInputs(): void {
    this.stacked = undefined;
  }

  /**
   * Takes the outputs apart: result *i* is what the model gave for request *i* of this run, without padding.
   *
   * @throws Error if an output does not have the run's rows and lengths. Whose a row is, nobody could say then.
   */
  split(outputs: readonly NamedTensor[]): readonly OnnxResultRow[] {
    const sizes = { paddedRowCount: this.paddedRowCount, paddedLengths: this.paddedLengths };
    const results: Record<string, OnnxTensorRow>[] = this.rows.map(() => ({}));
    for (const output of outputs) {
      const { name } = output;
      const expected = this.layout.outputs.get(name);
      if (expected === undefined) throw new Error(`output "${name}" came, which was not asked for`);
      splitOutput(expected, output, this.rows, sizes, (index, tensor) => {
        results[index]![name] = tensor;
      });
    }
    return results;
  }
}

/**
 * The rows, the first of which has copies of the shared inputs. Its arrays run for all of them, while its caller may
 * leave before the others and use them for something else.
 */
function keepShared(inputs: readonly BatchedInput[], rows: readonly ReadRow[]): readonly ReadRow[] {
  const [first, ...others] = rows;
  if (first === undefined || inputs.every(({ batchAxis }) => batchAxis !== undefined)) return rows;
  const tensors = first.tensors.map((tensor, index) => {
    const input = inputs[index];
    return input === undefined || input.batchAxis !== undefined
      ? tensor
      : { ...tensor, data: copyElements(input.type, tensor.data) };
  });
  return [{ ...first, tensors }, ...others];
}

export function countRows(rows: readonly Pick<ReadRow, 'rowCount'>[]): number {
  let count = 0;
  for (const { rowCount } of rows) count += rowCount;
  return count;
}

function longestOf(rows: readonly ReadRow[]): readonly number[] {
  const [first] = rows;
  if (first === undefined || first.lengths.length === 0) return [];
  return first.lengths.map((_, axis) =>
    rows.reduce((longest, { lengths }) => Math.max(longest, lengths[axis] ?? 0), 0),
  );
}
