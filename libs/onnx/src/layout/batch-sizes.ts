import type { ModelSignature } from '../signature/model-signature.js';

/** In which numbers of rows a model is run. */
export class BatchSizes {
  /** In ascending order; undefined for any. */
  private readonly allowed: readonly number[] | undefined;
  private readonly fixed: number | undefined;

  constructor({
    allowedBatchSizes,
    fixedBatchSize,
  }: Pick<ModelSignature, 'allowedBatchSizes' | 'fixedBatchSize'>) {
    this.allowed = allowedBatchSizes === undefined ? undefined : [...allowedBatchSizes].sort((a, b) => a - b);
    this.fixed = fixedBatchSize;
  }

  /** Most rows of one run. */
  get largest(): number {
    return this.fixed ?? this.allowed?.at(-1) ?? Infinity;
  }

  /** Fewest rows of one run. */
  get smallest(): number {
    return this.fixed ?? this.allowed?.[0] ?? 1;
  }

  /** How many rows to run for that many: the smallest allowed number that holds them, else just as many. */
  sizeFor(rowCount: number): number {
    if (this.fixed !== undefined) return this.fixed;
    return this.allowed?.find((size) => size >= rowCount) ?? rowCount;
  }

  /** The largest number of rows, at most that many, that needs no filling up; undefined if there is none. */
  sizeWithin(mostRows: number): number | undefined {
    const sizes = this.fixed === undefined ? this.allowed : [this.fixed];
    return sizes === undefined ? mostRows : sizes.findLast((size) => size <= mostRows);
  }

  /** `sizeFor` of a run that is a whole batch, of which the batcher says how many rows it shall have at least. */
  sizeForWhole(rowCount: number, wanted = 0): number {
    return this.sizeFor(Math.max(rowCount, Math.min(wanted, this.largest)));
  }
}
