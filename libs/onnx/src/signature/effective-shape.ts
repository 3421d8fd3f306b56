import type { ReportedTensor } from '../model-protocol.js';
import { batchAxisOf, type DeclaredTensor, type DeclaredTensors } from './declared-tensor.js';
import type { TensorShape } from '../tensors/tensor-shape.js';

/** What the application says of shapes, and which names of dimensions mean something to it. */
export interface DeclaredShapes {
  readonly tensors: DeclaredTensors | undefined;
  readonly dynamicAxisNames: ReadonlySet<string>;
}

/** Sizes or names that replace the model's name of a dimension, wherever the model uses it. */
export type DimensionReplacements = ReadonlyMap<string, number | string>;

/** What declared inputs say of dimensions that the model calls by a name. */
export function collectReplacements(
  inputs: readonly ReportedTensor[],
  { tensors, dynamicAxisNames }: DeclaredShapes,
): DimensionReplacements {
  const replacements = new Map<string, number | string>();
  for (const { name, shape } of inputs) {
    const declared = tensors?.get(name);
    applyDeclaration(shape, declared, dynamicAxisNames).forEach((size, axis) => {
      const modelName = shape[axis];
      if (typeof modelName === 'string' && modelName !== '' && modelName !== size) {
        replacements.set(modelName, size);
      }
    });
  }
  return replacements;
}

/**
 * A tensor's shape as it is worked with: the model's, where it is free narrowed to declared sizes, and with declared
 * names where the model has none or where a dynamic axis is meant. All of it is declared if the model tells nothing.
 */
export function effectiveShapeOf(
  { name, shape }: ReportedTensor,
  { tensors, dynamicAxisNames }: DeclaredShapes,
  replacements: DimensionReplacements,
): TensorShape {
  return applyDeclaration(shape, tensors?.get(name), dynamicAxisNames).map((size) =>
    typeof size === 'string' ? (replacements.get(size) ?? size) : size,
  );
}

/** Whether every tensor of the declared shape is one that the model's shape allows. */
export function isWithin(declared: TensorShape, model: TensorShape, batchAxis: number | undefined): boolean {
  if (model.length === 0) return true;
  return (
    declared.length === model.length &&
    model.every((size, axis) => axis === batchAxis || typeof size === 'string' || size === declared[axis])
  );
}

function applyDeclaration(
  model: TensorShape,
  declared: DeclaredTensor | undefined,
  dynamicAxisNames: ReadonlySet<string>,
): TensorShape {
  const batchAxis = batchAxisOf(declared);
  const wanted = declared?.shape;
  if (wanted === undefined) return model;
  if (model.length === 0) return wanted;
  return model.map((size, axis) => {
    const said = wanted[axis];
    if (typeof size === 'number' || said === undefined) return size;
    if (typeof said === 'number') return axis === batchAxis ? size : said;
    return size === '' || dynamicAxisNames.has(said) ? said : size;
  });
}
