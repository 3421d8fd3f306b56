import { checkConfig, describeValue, oneOf, optional, type ConfigFault } from 'nestjs-batching/core';

import type { TensorShape } from './tensor-shape.js';
import { TENSOR_TYPES, type TensorType } from './tensor-type.js';

/** What the application expects of one of the model's inputs or outputs. */
export interface DeclaredTensor {
  /** The element type. Default: whatever the model has. */
  readonly type?: TensorType;
  /**
   * The shape with the batch axis first, as the model has it: `['batch', 3, 224, 224]`. A name stands for a
   * free dimension; which name is of no account. A number where the model leaves the dimension free narrows it
   * to that number. Default: whatever the model has.
   */
  readonly shape?: TensorShape;
}

export type DeclaredTensors = ReadonlyMap<string, DeclaredTensor>;

export interface DeclaredTensorsCheck {
  readonly faults: readonly ConfigFault[];
  /** Those that were declared, without what is at fault; undefined where nothing was. */
  readonly tensors: DeclaredTensors | undefined;
}

/** Checks `inputs` or `outputs` of a model's options. A list of names declares the names alone. */
export function checkDeclaredTensors(field: 'inputs' | 'outputs', received: unknown): DeclaredTensorsCheck {
  if (received === undefined) return { faults: [], tensors: undefined };
  if (field === 'outputs' && Array.isArray(received)) return checkNames(field, received);
  if (typeof received !== 'object' || received === null || Array.isArray(received)) {
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
  const tensors = new Map<string, DeclaredTensor>();
  for (const [name, declared] of Object.entries(received)) {
    const found = checkTensor(`${field}.${name}`, declared);
    faults.push(...found);
    tensors.set(name, found.length === 0 ? (declared as DeclaredTensor) : {});
  }
  if (tensors.size === 0)
    faults.push({ field, problem: 'received an empty object, expected at least one name' });
  return { faults, tensors };
}

function checkNames(field: string, received: readonly unknown[]): DeclaredTensorsCheck {
  const faults: ConfigFault[] = [];
  const tensors = new Map<string, DeclaredTensor>();
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

function checkTensor(field: string, declared: unknown): ConfigFault[] {
  if (typeof declared !== 'object' || declared === null || Array.isArray(declared)) {
    return [{ field, problem: `received ${describeValue(declared)}, expected { type, shape } or {}` }];
  }
  const rules = { type: optional(oneOf(TENSOR_TYPES)), shape: optional(shapeRule) };
  return checkConfig<DeclaredTensor>({ ...declared }, rules).faults.map((fault) => ({
    field: `${field}.${fault.field}`,
    problem: fault.problem,
  }));
}

function shapeRule(value: unknown): string | undefined {
  const isShape =
    Array.isArray(value) &&
    value.every(
      (size, axis) => typeof size === 'string' || (axis > 0 && Number.isInteger(size) && size > 0),
    ) &&
    value.length > 0;
  return isShape
    ? undefined
    : "a list that begins with a name for the batch axis, then a whole number from 1 or a name for each dimension, such as ['batch', 3, 224, 224]";
}
