import type { ExpectedInput } from './expected-input.js';
import type { RowTensor } from './read-row.js';

/** Two inputs of a request in which a dimension of one name has different sizes. */
export interface DimensionMismatch {
  readonly name: string;
  readonly first: { readonly input: ExpectedInput; readonly size: number };
  readonly other: { readonly input: ExpectedInput; readonly size: number };
}

interface DimensionPlace {
  readonly dimension: number;
  readonly inputIndex: number;
  readonly axis: number;
}

/** The dimensions that the model calls by a name, and that are thus of one size in all inputs of a request. */
export class NamedDimensions {
  readonly names: readonly string[];
  private readonly places: readonly DimensionPlace[];

  constructor(private readonly inputs: readonly ExpectedInput[]) {
    const isName = (size: number | string): size is string => typeof size === 'string' && size !== '';
    this.names = [...new Set(inputs.flatMap(({ rowShape }) => rowShape.filter(isName)))];
    this.places = inputs.flatMap(({ rowShape }, inputIndex) =>
      rowShape.flatMap((size, axis) =>
        isName(size) ? [{ dimension: this.names.indexOf(size), inputIndex, axis }] : [],
      ),
    );
  }

  /** The first input that has the dimension. */
  inputWith(dimension: number): ExpectedInput | undefined {
    const place = this.places.find((candidate) => candidate.dimension === dimension);
    return place && this.inputs[place.inputIndex];
  }

  /**
   * Writes the size of each name into `sizes`, where no tensor tells it 0.
   *
   * @param tensors In the order of the inputs; undefined for one that did not come.
   */
  measure(tensors: readonly (RowTensor | undefined)[], sizes: number[]): DimensionMismatch | undefined {
    for (const { dimension, inputIndex, axis } of this.places) {
      const size = tensors[inputIndex]?.dims[axis];
      if (size === undefined) continue;
      const first = sizes[dimension];
      if (first === 0) sizes[dimension] = size;
      else if (first !== size) return this.mismatch(dimension, tensors, inputIndex, size);
    }
    return undefined;
  }

  private mismatch(
    dimension: number,
    tensors: readonly (RowTensor | undefined)[],
    inputIndex: number,
    size: number,
  ): DimensionMismatch | undefined {
    const place = this.places.find(
      (candidate) => candidate.dimension === dimension && tensors[candidate.inputIndex] !== undefined,
    );
    const first = this.inputs[place?.inputIndex ?? -1];
    const other = this.inputs[inputIndex];
    if (place === undefined || first === undefined || other === undefined) return undefined;
    const firstSize = tensors[place.inputIndex]?.dims[place.axis] ?? 0;
    const name = this.names[dimension] ?? '';
    return { name, first: { input: first, size: firstSize }, other: { input: other, size } };
  }
}
