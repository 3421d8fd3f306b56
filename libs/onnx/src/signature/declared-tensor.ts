import {
  checkConfig,
  describeValue,
  integerBetween,
  isRecord,
  oneOf,
  optional,
  trueOrFalse,
  type ConfigFault,
  type ConfigRules,
} from 'nestjs-batching/core';

import type { TensorElement } from '../tensors/tensor-elements.js';
import type { TensorShape } from '../tensors/tensor-shape.js';
import { TENSOR_TYPES, type TensorType } from '../tensors/tensor-type.js';

/** What the application expects of one of the model's inputs or outputs. */
export interface DeclaredTensor {
  /** The element type. Default: whatever the model has. */
  readonly type?: TensorType;
  /**
   * The shape as the model has it, with a name in the place of the batch axis: `['batch', 3, 224, 224]`. A name
   * stands for a free dimension; it counts where the model has none, or where it is one of `dynamicAxes`. A
   * number where the model leaves the dimension free narrows it to that number. Default: whatever the model has.
   */
  readonly shape?: TensorShape;
  /** Which axis is the batch, counted from 0. Default 0. */
  readonly batchAxis?: number;
  /**
   * Whether the tensor has no batch axis and belongs to all rows of a run alike. Requests whose shared inputs
   * differ never run together; a shared output is given to every request as a whole. Default false.
   */
  readonly shared?: boolean;
}

/** What the application expects of one of the model's inputs. */
export interface DeclaredInput extends DeclaredTensor {
  /** What fills up shorter rows of this input. Default: what the dynamic axis says. */
  readonly padWith?: TensorElement;
}

export type DeclaredTensors = ReadonlyMap<string, DeclaredInput>;

export interface DeclaredTensorsCheck {
  readonly faults: readonly ConfigFault[];
  /** Those that were declared, without what is at fault; undefined where nothing was. */
  readonly tensors: DeclaredTensors | undefined;
}

/** More dimensions than ONNX Runtime's operators work with. */
const LARGEST_AXIS = 31;

const RULES: ConfigRules<DeclaredInput> = {
  type: optional(oneOf(TENSOR_TYPES)),
  shape: optional(shapeRule),
  batchAxis: optional(integerBetween(0, LARGEST_AXIS)),
  shared: optional(trueOrFalse),
  padWith: optional(elementRule),
};

const { padWith: _padWith, ...OUTPUT_RULES } = RULES;

/** Which axis of a declared tensor is the batch; undefined for a shared one. */
export function batchAxisOf(declared: DeclaredTensor | undefined): number | undefined {
  return declared?.shared === true ? undefined : (declared?.batchAxis ?? 0);
}

/** Checks `inputs` or `outputs` of a model's options. A list of names declares the names alone. */
export function checkDeclaredTensors(field: 'inputs' | 'outputs', received: unknown): DeclaredTensorsCheck {
  if (received === undefined) return { faults: [], tensors: undefined };
  if (field === 'outputs' && Array.isArray(received)) return checkNames(field, received);
  if (!isRecord(received)) {
    const allowed =
      field === 'outputs'
        ? 'a list of names or an object of { name: { type, shape } }'
        : 'an object of { name: { type, shape } }';
    return {
      faults: [{ field, problem: `received ${describeValue(received)}, expected ${allowed}` }],
      tensors: undefined,
    };
  }
  const faults: ConfigFault[] = [];
  const tensors = new Map<string, DeclaredInput>();
  for (const [name, declared] of Object.entries(received)) {
    const found = checkTensor(field, name, declared);
    faults.push(...found);
    tensors.set(name, found.length === 0 ? (declared as DeclaredInput) : {});
  }
  if (tensors.size === 0)
    faults.push({ field, problem: 'received an empty object, expected at least one name' });
  return { faults, tensors };
}

/** What a value of padding may be, as far as that does not depend on the type that is padded. */
export function elementRule(value: unknown): string | undefined {
  return ['number', 'bigint', 'string'].includes(typeof value) ? undefined : 'a number, a bigint or a string';
}

function checkNames(field: string, received: readonly unknown[]): DeclaredTensorsCheck {
  const faults: ConfigFault[] = [];
  const tensors = new Map<string, DeclaredInput>();
  received.forEach((name, index) => {
    if (typeof name !== 'string') {
      faults.push({
        field: `${field}[${index}]`,
        problem: `received ${describeValue(name)}, expected a name`,
      });
    } else if (tensors.has(name)) {
      faults.push({ field: `${field}[${index}]`, problem: `received "${name}" a second time` });
    } else {
      tensors.set(name, {});
    }
  });
  if (received.length === 0)
    faults.push({ field, problem: 'received an empty list, expected at least one name' });
  return { faults, tensors };
}

function checkTensor(side: 'inputs' | 'outputs', name: string, declared: unknown): ConfigFault[] {
  const field = `${side}.${name}`;
  if (!isRecord(declared)) {
    return [{ field, problem: `received ${describeValue(declared)}, expected { type, shape } or {}` }];
  }
  const rules = side === 'inputs' ? RULES : (OUTPUT_RULES as ConfigRules<DeclaredInput>);
  const { faults, isValid } = checkConfig<DeclaredInput>({ ...declared }, rules);
  const { shape, batchAxis, shared } = declared as DeclaredInput;
  if (shared === true && batchAxis !== undefined) {
    faults.push({
      field: 'batchAxis',
      problem: `received ${String(batchAxis)}, but shared is true: a shared tensor has no batch axis`,
    });
  } else if (shape !== undefined && isValid('shape') && isValid('batchAxis') && isValid('shared')) {
    const problem = shared === true ? undefined : describeMissingBatchName(shape, batchAxis ?? 0);
    if (problem !== undefined) faults.push({ field: 'shape', problem });
  }
  return faults.map((fault) => ({ field: `${field}.${fault.field}`, problem: fault.problem }));
}

function shapeRule(value: unknown): string | undefined {
  const isShape =
    Array.isArray(value) &&
    value.every((size) => typeof size === 'string' || (Number.isInteger(size) && size > 0));
  return isShape
    ? undefined
    : "a list of a whole number from 1 or a name for each dimension, such as ['batch', 3, 224, 224]";
}

function describeMissingBatchName(shape: TensorShape, batchAxis: number): string | undefined {
  if (typeof shape[batchAxis] === 'string') return undefined;
  return (
    `received [${shape.join(', ')}], expected a name for the batch axis at index ${batchAxis}, ` +
    `such as ['batch', 3, 224, 224] for batchAxis 0, or shared: true`
  );
}
