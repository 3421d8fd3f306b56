import { InvalidRequestError } from 'nestjs-batching/core';

import type { BatchedTensor } from './model-signature.js';
import {
  describeShape,
  describeTensor,
  elementCountOf,
  hasFreeDimensions,
  rowShapeOf,
  type TensorShape,
} from './tensor-shape.js';
import { arrayNameOf, typedArrayNameOf, type TensorData } from './tensor-type.js';

/** One input of one caller, checked. */
export interface RowTensor {
  readonly data: TensorData;
  /** Without the batch axis. */
  readonly dims: readonly number[];
}

/** One caller's inputs, checked, in the order of the model's. */
export type ReadRow = readonly RowTensor[];

/**
 * Holds what callers send against the inputs that the model takes: names, types, dimensions, lengths, and
 * dimensions that the model calls by the same name and that must thus be of the same size.
 */
export class RowReader {
  private readonly expected: readonly ExpectedInput[];
  private readonly names: ReadonlySet<string>;

  constructor(
    private readonly modelName: string,
    inputs: readonly BatchedTensor[],
  ) {
    this.expected = inputs.map(toExpectedInput);
    this.names = new Set(inputs.map(({ name }) => name));
  }

  /** @throws InvalidRequestError that names the input, and what was expected and received. */
  read(row: unknown): ReadRow {
    const values = this.toValues(row);
    for (const name of Object.keys(values)) {
      if (!this.names.has(name) && values[name] !== undefined) {
        this.refuse(
          `it has no input "${name}"; its inputs are ${this.expected.map(describeInput).join(', ')}`,
        );
      }
    }
    const tensors = this.expected.map((input) => this.readInput(input, values));
    if (this.expected.length > 1) this.checkSharedDimensions(tensors);
    return tensors;
  }

  private toValues(row: unknown): Readonly<Record<string, unknown>> {
    if (
      typeof row === 'object' &&
      row !== null &&
      !Array.isArray(row) &&
      typedArrayNameOf(row) === undefined
    ) {
      return row as Readonly<Record<string, unknown>>;
    }
    return this.refuse(
      `expected an object with the inputs ${this.expected.map(describeInput).join(', ')}, received ${describeReceived(row)}`,
    );
  }

  private readInput(input: ExpectedInput, values: Readonly<Record<string, unknown>>): RowTensor {
    const value = values[input.name];
    if (typedArrayNameOf(value) === input.arrayName) {
      const data = value as TensorData;
      if (input.fixedDims !== undefined && data.length === input.fixedLength) {
        this.checkElements(input, data);
        return { data, dims: input.fixedDims };
      }
    } else if (isTensorValue(value) && typedArrayNameOf(value.data) === input.arrayName) {
      const data = value.data as TensorData;
      const dims = toRowDims(value.dims, input.rowShape);
      if (dims !== undefined && data.length === elementCountOf(dims)) {
        this.checkElements(input, data);
        return { data, dims };
      }
    }
    if (value === undefined) {
      return this.refuse(`input "${input.name}" is missing: expected ${input.description}`);
    }
    return this.refuse(
      `input "${input.name}": expected ${input.description}, received ${describeReceived(value)}`,
    );
  }

  /** ONNX Runtime takes a bool's byte as it is; any but 0 and 1 would make undefined results. */
  private checkElements(input: ExpectedInput, data: TensorData): void {
    if (input.type !== 'bool') return;
    const index = data.findIndex((element: number | bigint) => element > 1);
    if (index === -1) return;
    this.refuse(
      `input "${input.name}": expected ${input.description} with 0 for false and 1 for true, received ${data[index]} at index ${index}`,
    );
  }

  private checkSharedDimensions(tensors: ReadRow): void {
    const sizes = new Map<string, { size: number; inputName: string }>();
    this.expected.forEach((input, index) => {
      input.rowShape.forEach((dimension, axis) => {
        const size = tensors[index]?.dims[axis];
        if (typeof dimension === 'number' || dimension === '' || size === undefined) return;
        const first = sizes.get(dimension);
        if (first === undefined) sizes.set(dimension, { size, inputName: input.name });
        else if (first.size !== size) {
          this.refuse(
            `input "${input.name}": expected ${input.description} with ${dimension} = ${first.size} as in input ` +
              `"${first.inputName}", received ${dimension} = ${size}`,
          );
        }
      });
    });
  }

  private refuse(problem: string): never {
    throw new InvalidRequestError(`Model "${this.modelName}": ${problem}.`);
  }
}

interface ExpectedInput extends BatchedTensor {
  readonly arrayName: string;
  readonly rowShape: TensorShape;
  /** The row's dimensions and number of elements, where no dimension is free. */
  readonly fixedDims: readonly number[] | undefined;
  readonly fixedLength: number;
  /** Such as `float32 [1, 28, 28] (a Float32Array of length 784)`. */
  readonly description: string;
}

function toExpectedInput(input: BatchedTensor): ExpectedInput {
  const rowShape = rowShapeOf(input.shape);
  const fixedDims = hasFreeDimensions(rowShape) ? undefined : (rowShape as readonly number[]);
  const fixedLength = fixedDims === undefined ? 0 : elementCountOf(fixedDims);
  const arrayName = arrayNameOf(input.type);
  const form =
    fixedDims === undefined ? `{ data: ${arrayName}, dims }` : `a ${arrayName} of length ${fixedLength}`;
  const description = `${describeTensor({ type: input.type, shape: rowShape })} (${form})`;
  return { ...input, arrayName, rowShape, fixedDims, fixedLength, description };
}

function isTensorValue(value: unknown): value is { readonly data: unknown; readonly dims: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'dims' in value;
}

/** The dimensions without the batch axis if they are such that the model takes, otherwise undefined. */
function toRowDims(dims: unknown, rowShape: TensorShape): readonly number[] | undefined {
  if (!Array.isArray(dims)) return undefined;
  const rowDims: readonly unknown[] =
    dims.length === rowShape.length + 1 && dims[0] === 1 ? dims.slice(1) : dims;
  const isAllowed =
    rowDims.length === rowShape.length &&
    rowShape.every((size, axis) => {
      const received = rowDims[axis];
      return typeof size === 'number' ? received === size : isSize(received);
    });
  return isAllowed ? (rowDims as readonly number[]) : undefined;
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function describeInput({ name, description }: ExpectedInput): string {
  return `"${name}": ${description}`;
}

function describeReceived(value: unknown): string {
  const arrayName = typedArrayNameOf(value);
  if (arrayName !== undefined) return `a ${arrayName} of length ${(value as TensorData).length}`;
  if (Array.isArray(value)) return `an Array of length ${value.length}`;
  if (isTensorValue(value)) {
    const dims = Array.isArray(value.dims)
      ? describeShape(value.dims.map(String))
      : describeReceived(value.dims);
    return `${describeReceived(value.data)} with dims ${dims}`;
  }
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}
