import {
  DynamicBatcher,
  InvalidRequestError,
  type BatchContext,
  type BatchingConfig,
  type ResolvedBatchingConfig,
} from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import type { CallKind, Command } from './batcher-commands.js';
import { answerTo, type Guarantee } from './guarantees.js';
import { Journal, type Batch, type Call, type Ending } from './journal.js';

/** Drives a batcher by commands in virtual time, writes down what happens, and has it checked. */
export class BatcherWorkload {
  private readonly clock = new ManualClock();
  private readonly processor = new FakeProcessor(answerTo);
  private readonly batcher: DynamicBatcher<Call, string>;
  private readonly journal: Journal;
  private readonly violations: string[] = [];
  private callsFromWithin = 0;

  constructor(
    config: BatchingConfig,
    private readonly guarantees: readonly Guarantee[],
  ) {
    this.batcher = new DynamicBatcher<Call, string>(
      config,
      {
        processBatch: (calls, context) => this.processBatch(calls, context),
        validateRequest: (call) => {
          if (call.isInvalid) throw new InvalidRequestError('received an invalid call');
        },
      },
      { clock: this.clock },
    );
    const resolved: ResolvedBatchingConfig = this.batcher.config;
    this.journal = new Journal(
      resolved,
      () => this.batcher.getStatistics(),
      () => this.batcher.state,
    );
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'call':
        this.call(command.kind, command.timeoutMs);
        break;
      case 'abort':
        this.abort(command.which);
        break;
      case 'advance':
        await this.advance(command.byMs);
        break;
      case 'end':
        this.end(command.which, command.as, command.detail);
        await this.advance(0);
        break;
      case 'call from within':
        this.callsFromWithin = command.calls;
        break;
      case 'expedite':
        this.journal.isExpedited = true;
        this.batcher.expedite();
        break;
      case 'drain':
        this.drain(command.timeoutMs);
        break;
    }
    this.throwIfViolated();
  }

  /** Without any further disturbance everything must come to its end. */
  async finish(): Promise<void> {
    await this.advance(0);
    this.drain(1000);
    while (this.journal.running.length > 0) {
      this.end(0, 'success', 0);
      await this.advance(1);
    }
    this.throwIfViolated();
    const isUnfinished =
      this.batcher.state !== 'closed' || this.journal.calls.some((call) => call.settledAtMs === undefined);
    if (isUnfinished) throw new Error('Not everything has come to its end.');
  }

  private call(kind: CallKind, givenTimeoutMs: number | undefined): void {
    const { journal } = this;
    const nowMs = (journal.nowMs = this.clock.now());
    const controller = kind.startsWith('with') ? new AbortController() : undefined;
    if (kind === 'with aborted signal') controller?.abort();
    const timeoutMs = givenTimeoutMs ?? journal.config.defaultTimeoutMs ?? Infinity;
    const call: Call = {
      id: journal.calls.length + 1,
      calledAtMs: nowMs,
      deadlineAtMs: nowMs + timeoutMs,
      timeoutMs,
      isInvalid: kind === 'invalid',
      controller,
      wasAbortedBefore: kind === 'with aborted signal',
      waitingBefore: journal.waiting.length,
      wasDrainingBefore: journal.isDraining,
      isAccepted: true,
      abortedAtMs: undefined,
      batch: undefined,
      settledAtMs: undefined,
      response: undefined,
      error: undefined,
    };
    journal.calls.push(call);
    const acceptedBefore = this.batcher.getStatistics().requests.accepted;
    const answer = this.batcher.process(call, { signal: controller?.signal, timeoutMs: givenTimeoutMs });
    // A call from within a batch that this one has started may have been accepted, too.
    call.isAccepted =
      call.batch !== undefined || this.batcher.getStatistics().requests.accepted > acceptedBefore;
    answer.then(
      (response) => {
        call.settledAtMs = this.clock.now();
        call.response = response;
      },
      (error: unknown) => {
        call.settledAtMs = this.clock.now();
        call.error = error;
      },
    );
  }

  private abort(which: number): void {
    const candidates = this.journal.calls.filter(
      (call) => call.isAccepted && call.controller !== undefined && !call.controller.signal.aborted,
    );
    const call = candidates[which % candidates.length];
    if (call === undefined) return;
    if (call.settledAtMs === undefined) call.abortedAtMs = this.clock.now();
    call.controller?.abort();
  }

  private async advance(byMs: number): Promise<void> {
    await this.clock.advance(byMs);
    this.journal.nowMs = this.clock.now();
    for (const { title, atRest } of this.guarantees) this.note(title, atRest?.(this.journal));
  }

  private end(which: number, type: Ending['type'], detail: number): void {
    const { journal } = this;
    journal.nowMs = this.clock.now();
    const batch = journal.running[which % Math.max(1, journal.running.length)];
    const fake = this.processor.running.find(({ context }) => context.batchId === batch?.id);
    if (batch === undefined || fake === undefined) return;

    batch.atEnd = {
      isAborted: (batch.signal ?? batch.context.signal).aborted,
      haveAllLeft: batch.calls.every((call) => journal.hasLeft(call)),
    };
    if (journal.running.length >= journal.config.maxConcurrentBatches)
      journal.slotFreeSinceMs = journal.nowMs;
    batch.endedAtMs = journal.nowMs;
    batch.ending = endingOf(batch, type, detail);
    if (batch.ending.type === 'failure') fake.fail(batch.ending.error);
    else fake.succeed(resultsOf(batch, batch.ending, detail));
  }

  private drain(timeoutMs: number | undefined): void {
    const { journal } = this;
    journal.nowMs = this.clock.now();
    if (this.batcher.state !== 'closed') {
      const withinMs = timeoutMs ?? journal.config.drainTimeoutMs;
      journal.closeAtMs = Math.min(journal.closeAtMs, journal.nowMs + withinMs);
    }
    journal.isDraining = true;
    journal.isExpedited = true;
    void this.batcher.drain(timeoutMs === undefined ? {} : { timeoutMs }).then((result) => {
      journal.drainResult = result;
    });
  }

  private processBatch(calls: readonly Call[], context: BatchContext): Promise<readonly (string | Error)[]> {
    const { journal } = this;
    journal.nowMs = this.clock.now();
    const batch: Batch = {
      id: context.batchId,
      calls,
      startedAtMs: journal.nowMs,
      waitingBefore: journal.waiting,
      runningBefore: journal.running.length,
      wasExpedited: journal.isExpedited,
      slotFreeSinceMs: journal.slotFreeSinceMs,
      context,
      // Every other batch asks for its signal only at its end.
      signal: context.batchId % 2 === 0 ? context.signal : undefined,
      ending: undefined,
      endedAtMs: undefined,
      atEnd: undefined,
    };
    for (const { title, whenBatchStarts } of this.guarantees)
      this.note(title, whenBatchStarts?.(batch, journal));
    for (const call of calls) call.batch = batch;
    journal.batches.push(batch);

    const callsFromWithin = this.callsFromWithin;
    this.callsFromWithin = 0;
    for (let count = 0; count < callsFromWithin; count += 1) this.call('plain', undefined);
    return this.processor.processBatch(calls, context);
  }

  private note(title: string, violation: string | undefined): void {
    if (violation !== undefined) this.violations.push(`${title}. At ${this.journal.nowMs} ms: ${violation}`);
  }

  private throwIfViolated(): void {
    if (this.violations.length > 0) throw new Error(`Broken: ${this.violations.join('\n')}`);
  }
}

function endingOf({ calls }: Batch, type: Ending['type'], detail: number): Ending {
  const error = new Error(`the processor says ${type}`);
  if (type === 'failure') return { type, error };
  const call = calls[detail % calls.length];
  return type === 'spoiled' && call !== undefined
    ? { type, call, error }
    : { type: type === 'miscounted' ? type : 'success' };
}

function resultsOf({ calls }: Batch, ending: Ending, detail: number): (string | Error)[] {
  const results = calls.map((call) =>
    ending.type === 'spoiled' && ending.call === call ? ending.error : answerTo(call),
  );
  if (ending.type !== 'miscounted') return results;
  return detail % 2 === 0 ? results.slice(1) : [...results, 'one too many'];
}
