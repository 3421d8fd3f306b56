/** What came of the requests that arrived while it was measured. */
export interface Measurement {
  /** Mean latency of the answers, in milliseconds; 0 if there were none. */
  readonly meanMs: number;
  /** Latency that 99 % of the answers did not exceed, in milliseconds. */
  readonly p99Ms: number;
  /** Answers in time, a second. */
  readonly goodputPerSecond: number;
  /** Share of the requests that were answered, but too late. */
  readonly lateShare: number;
  /** Share of the requests that got no answer: refused, dropped or out of time. */
  readonly unansweredShare: number;
  /** Requests in a batch, on average over the batches. */
  readonly meanBatchSize: number;
}

/** When to measure, and how long callers wait. */
export interface MeasurementSetting {
  /** Requests that come earlier do not count, in milliseconds. */
  readonly fromMs: number;
  /** Requests that come later do not count, in milliseconds. */
  readonly untilMs: number;
  /** How long callers wait, in milliseconds; Infinity: as long as it takes. */
  readonly limitMs: number;
}

/** Counts what becomes of each request, and says at the end how a rule has fared. */
export class MeasurementRecorder {
  private latenciesMs = new Float64Array(1024);
  private answers = 0;
  private late = 0;
  private answersInTime = 0;
  private unanswered = 0;
  private batches = 0;
  private batchedRequests = 0;

  constructor(private readonly setting: MeasurementSetting) {}

  answered(arrivedAtMs: number, nowMs: number): void {
    const isInTime = nowMs - arrivedAtMs <= this.setting.limitMs;
    // Throughput is what comes out while it is measured; a queue that fills up is no throughput.
    if (isInTime && this.counts(nowMs)) this.answersInTime += 1;
    if (!this.counts(arrivedAtMs)) return;
    if (this.answers === this.latenciesMs.length) {
      const longer = new Float64Array(2 * this.answers);
      longer.set(this.latenciesMs);
      this.latenciesMs = longer;
    }
    this.latenciesMs[this.answers] = nowMs - arrivedAtMs;
    this.answers += 1;
    if (!isInTime) this.late += 1;
  }

  notAnswered(arrivedAtMs: number): void {
    if (this.counts(arrivedAtMs)) this.unanswered += 1;
  }

  batchStarted(size: number, nowMs: number): void {
    if (!this.counts(nowMs)) return;
    this.batches += 1;
    this.batchedRequests += size;
  }

  summarize(): Measurement {
    const { answers, late, unanswered } = this;
    const latenciesMs = this.latenciesMs.subarray(0, answers).sort();
    const requests = answers + unanswered;
    const { fromMs, untilMs } = this.setting;
    return {
      meanMs: latenciesMs.reduce((sum, latencyMs) => sum + latencyMs, 0) / Math.max(1, answers),
      p99Ms: latenciesMs[Math.ceil(0.99 * answers) - 1] ?? 0,
      goodputPerSecond: (1000 * this.answersInTime) / (untilMs - fromMs),
      lateShare: late / Math.max(1, requests),
      unansweredShare: unanswered / Math.max(1, requests),
      meanBatchSize: this.batchedRequests / Math.max(1, this.batches),
    };
  }

  private counts(atMs: number): boolean {
    return atMs >= this.setting.fromMs && atMs < this.setting.untilMs;
  }
}
