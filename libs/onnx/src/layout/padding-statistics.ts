/**
 * How much of what has been run was padding, since the model was loaded. What is run again, in halves or by another
 * worker, counts each time. Elements are those of batched inputs.
 */
export interface PaddingStatistics {
  /** Calls of the model. */
  readonly runs: number;
  /** Rows of these calls that requests brought. */
  readonly realRows: number;
  /** Rows that were only there to make a size that the model likes. */
  readonly paddingRows: number;
  /** Elements of these calls that requests brought. */
  readonly realElements: number;
  /** Elements of padding rows, and what filled up shorter rows. */
  readonly paddingElements: number;
  /** Padding elements as a share of all, 0 to 1. 0 before the first run. */
  readonly paddingShare: number;
}

/** Counts padding. */
export class PaddingCounter {
  private runs = 0;
  private realRows = 0;
  private paddingRows = 0;
  private realElements = 0;
  private allElements = 0;

  count(run: { rowCount: number; paddedRowCount: number; realElements: number; allElements: number }): void {
    this.runs += 1;
    this.realRows += run.rowCount;
    this.paddingRows += run.paddedRowCount - run.rowCount;
    this.realElements += run.realElements;
    this.allElements += run.allElements;
  }

  read(): PaddingStatistics {
    const { runs, realRows, paddingRows, realElements, allElements } = this;
    const paddingElements = allElements - realElements;
    const paddingShare = allElements === 0 ? 0 : paddingElements / allElements;
    return { runs, realRows, paddingRows, realElements, paddingElements, paddingShare };
  }
}
