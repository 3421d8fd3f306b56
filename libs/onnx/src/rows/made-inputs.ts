import type { DynamicAxis } from '../signature/dynamic-axis.js';
import type { ExpectedInput } from './expected-input.js';
import type { RowTensor } from './read-row.js';
import { elementCountOf } from '../tensors/tensor-shape.js';
import { fillElements, sliceElements } from '../tensors/tensor-elements.js';
import { createTensorData, type TensorData, type TensorType } from '../tensors/tensor-type.js';

interface MadeInput {
  readonly inputIndex: number;
  readonly type: TensorType;
  /** The size of each dimension of a row, or the name that has it. */
  readonly rowShape: readonly (number | string)[];
  /** The dimension whose size the input tells; undefined for a mask. */
  readonly lengthOf: string | undefined;
}

/** The inputs that a caller may leave out, since a row's own size tells what is in them: masks and lengths. */
export class MadeInputs {
  private readonly made: readonly MadeInput[];
  /** Masks of a row by itself are all ones. They are views into these, which nobody writes to. */
  private readonly ones = new Map<TensorType, TensorData>();

  constructor(inputs: readonly ExpectedInput[], dynamicAxes: readonly DynamicAxis[]) {
    this.made = inputs.flatMap(({ name, type, rowShape }, inputIndex) => {
      const told = dynamicAxes.find(({ lengths }) => lengths === name);
      const isMask = dynamicAxes.some(({ mask }) => mask === name);
      return isMask || told !== undefined ? [{ inputIndex, type, rowShape, lengthOf: told?.name }] : [];
    });
  }

  /** Whether the input may be left out. */
  has(inputIndex: number): boolean {
    return this.made.some((input) => input.inputIndex === inputIndex);
  }

  /** Puts in what is missing. */
  complete(
    tensors: (RowTensor | undefined)[],
    rowCount: number,
    sizeOf: (dimension: string) => number,
  ): void {
    for (const { inputIndex, type, rowShape, lengthOf } of this.made) {
      if (tensors[inputIndex] !== undefined) continue;
      const dims = rowShape.map((size) => (typeof size === 'number' ? size : sizeOf(size)));
      const count = rowCount * elementCountOf(dims);
      const data =
        lengthOf === undefined ? this.takeOnes(type, count) : repeat(type, sizeOf(lengthOf), count);
      tensors[inputIndex] = { data, dims, rowCount };
    }
  }

  private takeOnes(type: TensorType, count: number): TensorData {
    let ones = this.ones.get(type);
    if (ones === undefined || ones.length < count) {
      // Twice as many as are asked for, so that growing lengths do not make new ones each time.
      ones = repeat(type, 1, 2 * count);
      this.ones.set(type, ones);
    }
    return sliceElements(ones, 0, count);
  }
}

function repeat(type: TensorType, value: number, count: number): TensorData {
  const data = createTensorData(type, count);
  fillElements(type, data, value);
  return data;
}
