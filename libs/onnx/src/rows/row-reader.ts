import { InvalidRequestError } from 'nestjs-batching/core';

import { cutName, listSome } from './cut-text.js';
import { describeReceived } from './describe-received.js';
import type { DynamicAxis } from '../signature/dynamic-axis.js';
import {
  describeElementFault,
  hasEmptyDimension,
  readTensor,
  toExpectedInput,
  type ExpectedInput,
} from './expected-input.js';
import { MadeInputs } from './made-inputs.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { NamedDimensions } from './named-dimensions.js';
import { readInput } from './read-input.js';
import type { ReadRow, RowTensor } from './read-row.js';
import { arrayNameOfValue } from '../tensors/tensor-type.js';

const NO_LENGTHS: readonly number[] = Object.freeze([]);

/**
 * Holds what callers send against the inputs that the model takes: names, types, dimensions, lengths, numbers of
 * rows, and dimensions that the model calls by the same name and that must thus be of the same size. Makes what
 * callers may leave out.
 */
export class RowReader {
  /** In the order of the model's. */
  readonly inputs: readonly ExpectedInput[];

  private readonly names: ReadonlySet<string>;
  private readonly dimensions: NamedDimensions;
  private readonly dynamicAxes: readonly DynamicAxis[];
  /** Where each dynamic axis stands among the named dimensions. */
  private readonly dimensionOfAxis: readonly number[];
  private readonly made: MadeInputs;

  constructor(
    private readonly modelName: string,
    { inputs, dynamicAxes, maxRowsPerRequest }: ReadSignature,
  ) {
    this.inputs = inputs.map((input) => toExpectedInput(input, maxRowsPerRequest));
    this.names = new Set(inputs.map(({ name }) => name));
    this.dimensions = new NamedDimensions(this.inputs);
    this.dynamicAxes = dynamicAxes;
    this.dimensionOfAxis = dynamicAxes.map(({ name }) => this.dimensions.names.indexOf(name));
    this.made = new MadeInputs(this.inputs, dynamicAxes);
  }

  /** @throws InvalidRequestError that names the input, and what was expected and received. */
  read(row: unknown): ReadRow {
    const values = this.toValues(row);
    for (const name in values) {
      if (!this.names.has(name) && values[name] !== undefined) {
        this.refuse(
          `it has no input "${cutName(name)}"; its inputs are ${listSome(this.inputs, describeInput)}`,
        );
      }
    }
    const tensors = new Array<RowTensor | undefined>(this.inputs.length);
    let counted: ExpectedInput | undefined;
    let rowCount = 1;
    let hasBatchAxis = false;
    for (let index = 0; index < this.inputs.length; index++) {
      const input = this.inputs[index]!;
      const value = readInput(values, input.name);
      if (value === undefined && this.made.has(index)) continue;
      const tensor = (tensors[index] = this.readInput(input, value));
      if (input.batchAxis === undefined) continue;
      const count = tensor.rowCount ?? 1;
      if (counted === undefined) rowCount = count;
      else if (count !== rowCount) this.refuseRowCount(input, count, counted, rowCount);
      counted = input;
      hasBatchAxis ||= tensor.rowCount !== undefined;
    }
    const lengths = this.dimensions.names.length === 0 ? NO_LENGTHS : this.measure(tensors, rowCount);
    // All are there now: what did not come was refused or has been made.
    return { tensors: tensors as readonly RowTensor[], rowCount, hasBatchAxis, lengths };
  }

  private toValues(row: unknown): Readonly<Record<string, unknown>> {
    if (typeof row === 'object' && row !== null && arrayNameOfValue(row) === undefined) {
      return row as Readonly<Record<string, unknown>>;
    }
    return this.refuse(
      `expected an object with the inputs ${listSome(this.inputs, describeInput)}, received ${describeReceived(row)}`,
    );
  }

  private readInput(input: ExpectedInput, value: unknown): RowTensor {
    const tensor = readTensor(input, value);
    const expectation = `expected ${input.description}`;
    if (tensor !== undefined) {
      const fault = describeElementFault(input, tensor.data);
      return fault === undefined ? tensor : this.refuse(`input "${input.name}": ${expectation}${fault}`);
    }
    const rule = hasEmptyDimension(value) ? '; every dimension is at least 1' : '';
    return this.refuse(
      value === undefined
        ? `input "${input.name}" is missing: ${expectation}`
        : `input "${input.name}": ${expectation}, received ${describeReceived(value)}${rule}`,
    );
  }

  /** Finds the sizes of named dimensions, and makes what is missing by them. */
  private measure(tensors: (RowTensor | undefined)[], rowCount: number): readonly number[] {
    const sizes = new Array<number>(this.dimensions.names.length).fill(0);
    const mismatch = this.dimensions.measure(tensors, sizes);
    if (mismatch !== undefined) {
      const { name, first, other } = mismatch;
      this.refuse(
        `input "${other.input.name}": expected ${other.input.description} with ${name} = ${first.size} as in input ` +
          `"${first.input.name}", received ${name} = ${other.size}`,
      );
    }
    if (this.dynamicAxes.length === 0) return NO_LENGTHS;
    const lengths = this.dynamicAxes.map(({ name, maxLength }, index) => {
      const dimension = this.dimensionOfAxis[index] ?? -1;
      const length = sizes[dimension] ?? 0;
      if (length > maxLength) this.refuseLength(dimension, name, maxLength, length);
      return length;
    });
    this.made.complete(tensors, rowCount, (name) => sizes[this.dimensions.names.indexOf(name)] ?? 0);
    return lengths;
  }

  private refuseRowCount(input: ExpectedInput, count: number, first: ExpectedInput, rowCount: number): never {
    return this.refuse(
      `input "${input.name}": expected ${describeRows(rowCount)} as in input "${first.name}", received ${describeRows(count)}`,
    );
  }

  private refuseLength(dimension: number, name: string, maxLength: number, length: number): never {
    const input = this.dimensions.inputWith(dimension);
    return this.refuse(
      `input "${input?.name}": expected ${input?.description} with ${name} of at most ${maxLength}, received ${name} = ${length}`,
    );
  }

  private refuse(problem: string): never {
    throw new InvalidRequestError(`Model "${this.modelName}": ${problem}.`);
  }
}

/** What the reader needs to know of a model. */
type ReadSignature = Pick<ModelSignature, 'inputs' | 'dynamicAxes' | 'maxRowsPerRequest'>;

function describeInput({ name, description }: ExpectedInput): string {
  return `"${name}": ${description}`;
}

function describeRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
