import {
  DynamicBatcher,
  InvalidConfigError,
  InvalidRequestError,
  type BatchContext,
  type BatchingConfig,
  type DispatchReason,
} from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import type { CallKind, Command, GivenTraits, Setup } from './batcher-commands.js';
import { answerTo, expectedEndMs } from './expected-outcome.js';
import { findDisplaceable } from './expected-refusal.js';
import type { Guarantee } from './guarantees.js';
import {
  callersOf,
  Journal,
  type Batch,
  type Call,
  type CallTraits,
  type Ending,
  type Group,
} from './journal.js';

/** What a call says that a batch makes while it starts. */
const PLAIN: GivenTraits = {
  timeoutMs: Infinity,
  priority: 0,
  tenant: undefined,
  cost: 1,
  bucket: undefined,
  key: undefined,
};

/** Drives a batcher by commands in virtual time, writes down what happens, and has it checked. */
export class BatcherWorkload {
  private readonly clock = new ManualClock();
  private readonly processor = new FakeProcessor(answerTo);
  private readonly batcher: DynamicBatcher<Call, string>;
  private readonly journal: Journal;
  private readonly violations: string[] = [];
  private callsFromWithin = 0;
  private reasonsBefore: Partial<Record<DispatchReason, number>> = {};

  constructor(
    private readonly setup: Setup,
    private readonly guarantees: readonly Guarantee[],
  ) {
    const { config, looks } = setup;
    this.batcher = new DynamicBatcher<Call, string>(
      {
        ...config,
        costOf: looks.cost ? (call) => call.cost : undefined,
        bucketOf: looks.bucket ? (call) => call.bucket : undefined,
        keyOf: looks.key ? (call) => call.key : undefined,
      },
      {
        processBatch: (calls, context) => this.processBatch(calls, context),
        validateRequest: (call) => {
          if (call.isInvalid) throw new InvalidRequestError('received an invalid call');
        },
      },
      { clock: this.clock },
    );
    this.journal = new Journal(
      this.clock,
      () => this.batcher.config,
      () => this.batcher.getStatistics(),
      () => this.batcher.state,
    );
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'call':
        this.call(command.kind, command.traits);
        break;
      case 'call many':
        this.callMany(command.kind, command.traits);
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
      case 'reconfigure':
        this.reconfigure(command.changes);
        break;
      case 'expedite':
        this.journal.isExpedited = true;
        this.batcher.expedite();
        break;
      case 'drain':
        this.drain(command.timeoutMs);
        break;
    }
    await this.noticeAnswers();
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

  private call(kind: CallKind, given: GivenTraits): void {
    const controller = controllerFor(kind);
    const call = this.describe(given, kind, controller, undefined);
    this.journal.calls.push(call);
    const acceptedBefore = this.accepted;
    const answer = this.batcher.process(call, this.optionsOf(call, given.timeoutMs));
    // A call from within a batch that this one has started may have been accepted, too.
    call.isAccepted = call.batch !== undefined || this.accepted > acceptedBefore;
    if (!call.isAccepted) this.takeBack(call);
    answer.then(
      (response) => {
        call.settledAtMs = this.clock.now();
        call.response = response;
      },
      (error: unknown) => {
        call.settledAtMs = this.clock.now();
        call.error = error;
        const isDropped = call.isAccepted && 'phase' in Object(error) && call.settledAtMs < call.deadlineAtMs;
        if (isDropped) call.droppedAtMs = call.settledAtMs;
      },
    );
  }

  /** They wait as long as it takes, so that nothing befalls one of them that cannot be seen from outside. */
  private callMany(kind: CallKind, given: readonly GivenTraits[]): void {
    const controller = controllerFor(kind === 'invalid' ? 'plain' : kind);
    const shared = given[0] ?? PLAIN;
    const calls: Call[] = [];
    const group: Group = { calls, settledAtMs: undefined, error: undefined };
    for (const [index, traits] of given.entries()) {
      const isInvalid = kind === 'invalid' && index === given.length - 1;
      const { priority, tenant } = shared;
      const call = this.describe(
        { ...traits, priority, tenant, timeoutMs: Infinity },
        isInvalid ? 'invalid' : 'plain',
        controller,
        group,
      );
      calls.push(call);
      this.journal.calls.push(call);
    }
    const acceptedBefore = this.accepted;
    const answer = this.batcher.processMany(calls, {
      ...this.optionsOf(calls[0], Infinity),
      signal: controller?.signal,
    });
    const areAccepted = calls.some(({ batch }) => batch !== undefined) || this.accepted > acceptedBefore;
    for (const call of calls) {
      call.isAccepted = areAccepted;
      if (!areAccepted) this.takeBack(call);
    }
    answer.then(
      (results) => {
        group.settledAtMs = this.clock.now();
        for (const [index, call] of calls.entries()) {
          const result = results[index];
          call.settledAtMs = expectedEndMs(call, this.journal);
          if (result?.status === 'fulfilled') call.response = result.value;
          else call.error = result?.reason;
        }
      },
      (error: unknown) => {
        group.settledAtMs = this.clock.now();
        group.error = error;
        for (const call of calls) {
          call.settledAtMs = this.clock.now();
          call.error = error;
        }
      },
    );
  }

  private optionsOf(call: Call | undefined, timeoutMs: number | undefined) {
    return { signal: call?.controller?.signal, timeoutMs, priority: call?.priority, tenant: call?.tenant };
  }

  private get accepted(): number {
    return this.batcher.getStatistics().requests.accepted;
  }

  /** Writes a call down as if it were accepted. */
  private describe(
    given: GivenTraits,
    kind: CallKind,
    controller: AbortController | undefined,
    group: Group | undefined,
  ): Call {
    const { journal } = this;
    const { nowMs } = journal;
    const traits = this.traitsOf(given, kind);
    const { waiting, config } = journal;
    const leader = journal.findShareable(traits.key);
    const displaceable =
      group === undefined && leader === undefined
        ? findDisplaceable(traits.priority, waiting, config)
        : undefined;
    const call: Call = {
      ...traits,
      id: journal.calls.length + 1,
      calledAtMs: nowMs,
      deadlineAtMs: nowMs + traits.timeoutMs,
      controller,
      circumstances: {
        config,
        wasAborted: controller?.signal.aborted === true,
        wasDraining: journal.isDraining,
        placesTaken: waiting.length,
        tenantPlacesTaken: waiting.filter(({ tenant }) => tenant === traits.tenant).length,
        followersWaiting: journal.followersWaiting.length,
        displaceable,
        hadLearned: journal.batches.some(
          ({ ending }) => ending?.type === 'success' || ending?.type === 'spoiled',
        ),
      },
      group,
      leader,
      followers: [],
      isAccepted: true,
      abortedAtMs: undefined,
      displacedAtMs: undefined,
      droppedAtMs: undefined,
      batch: undefined,
      settledAtMs: undefined,
      response: undefined,
      error: undefined,
    };
    leader?.followers.push(call);
    for (const displaced of displaceable === undefined ? [] : callersOf(displaceable)) {
      if (!journal.hasLeft(displaced)) displaced.displacedAtMs = nowMs;
    }
    return call;
  }

  /** It was refused after all: it shares no place and has displaced nobody. */
  private takeBack(call: Call): void {
    const { leader, circumstances, calledAtMs } = call;
    leader?.followers.splice(leader.followers.indexOf(call), 1);
    for (const kept of circumstances.displaceable === undefined
      ? []
      : callersOf(circumstances.displaceable)) {
      if (kept.displacedAtMs === calledAtMs) kept.displacedAtMs = undefined;
    }
  }

  private traitsOf(given: GivenTraits, kind: CallKind): CallTraits {
    const { looks, areSorted } = this.setup;
    return {
      timeoutMs: given.timeoutMs ?? this.journal.config.defaultTimeoutMs ?? Infinity,
      priority: areSorted ? given.priority : 0,
      tenant: areSorted ? given.tenant : undefined,
      cost: looks.cost ? given.cost : 1,
      bucket: looks.bucket ? given.bucket : undefined,
      key: looks.key ? given.key : undefined,
      isInvalid: kind === 'invalid',
    };
  }

  private abort(which: number): void {
    const candidates = this.journal.calls.filter(
      (call) => call.isAccepted && call.controller !== undefined && !call.controller.signal.aborted,
    );
    const chosen = candidates[which % candidates.length];
    if (chosen === undefined) return;
    for (const call of chosen.group?.calls ?? [chosen]) {
      const isOver = call.settledAtMs !== undefined || expectedEndMs(call, this.journal) !== undefined;
      if (!isOver) call.abortedAtMs = this.clock.now();
    }
    chosen.controller?.abort();
  }

  private async advance(byMs: number): Promise<void> {
    await this.clock.advance(byMs);
    for (const { title, atRest } of this.guarantees) this.note(title, atRest?.(this.journal));
    for (const batch of this.journal.batches) batch.isReviewed = true;
  }

  /** Lets promises tell what has been decided. */
  private async noticeAnswers(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
  }

  private reconfigure(changes: BatchingConfig): void {
    const before = this.batcher.config;
    this.journal.couldRunSinceMs = this.clock.now();
    try {
      this.batcher.reconfigure(changes);
    } catch (error) {
      const isRight = error instanceof InvalidConfigError && this.batcher.config === before;
      this.note('A configuration that is wrong changes nothing', isRight ? undefined : String(error));
    }
  }

  private end(which: number, type: Ending['type'], detail: number): void {
    const { journal } = this;
    const batch = journal.running[which % Math.max(1, journal.running.length)];
    const fake = this.processor.running.find(({ context }) => context.batchId === batch?.id);
    if (batch === undefined || fake === undefined) return;

    batch.atEnd = {
      isAborted: (batch.signal ?? batch.context.signal).aborted,
      haveAllLeft: batch.calls.every((call) => !journal.isNeeded(call)),
    };
    if (journal.running.length >= journal.config.maxConcurrentBatches)
      journal.couldRunSinceMs = journal.nowMs;
    batch.endedAtMs = journal.nowMs;
    batch.ending = endingOf(batch, type, detail);
    if (batch.ending.type === 'failure') fake.fail(batch.ending.error);
    else fake.succeed(resultsOf(batch, batch.ending, detail));
  }

  private drain(timeoutMs: number | undefined): void {
    const { journal } = this;
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
    const batch: Batch = {
      id: context.batchId,
      calls,
      config: journal.config,
      reason: this.latestReason(),
      startedAtMs: journal.nowMs,
      waitingBefore: journal.waiting,
      runningBefore: journal.running.length,
      wasExpedited: journal.isExpedited,
      couldRunSinceMs: journal.couldRunSinceMs,
      context,
      // Every other batch asks for its signal only at its end.
      signal: context.batchId % 2 === 0 ? context.signal : undefined,
      ending: undefined,
      endedAtMs: undefined,
      atEnd: undefined,
      isReviewed: false,
    };
    for (const { title, whenBatchStarts } of this.guarantees)
      this.note(title, whenBatchStarts?.(batch, journal));
    for (const call of calls) call.batch = batch;
    journal.batches.push(batch);

    // Who has just been dropped for its deadline is known only later, and with it how much room there is.
    const isRoomKnown = journal.waiting
      .flatMap(callersOf)
      .every(({ deadlineAtMs }) => deadlineAtMs === Infinity);
    const callsFromWithin = isRoomKnown ? this.callsFromWithin : 0;
    this.callsFromWithin -= callsFromWithin;
    for (let count = 0; count < callsFromWithin; count += 1) this.call('plain', PLAIN);
    return this.processor.processBatch(calls, context);
  }

  /** For what reason the batch runs that has just started. */
  private latestReason(): DispatchReason | undefined {
    const before = this.reasonsBefore;
    this.reasonsBefore = this.batcher.getStatistics().batches.dispatchReasons;
    const reasons = Object.entries(this.reasonsBefore) as [DispatchReason, number][];
    return reasons.find(([reason, count]) => count > (before[reason] ?? 0))?.[0];
  }

  private note(title: string, violation: string | undefined): void {
    if (violation !== undefined) this.violations.push(`${title}. At ${this.journal.nowMs} ms: ${violation}`);
  }

  private throwIfViolated(): void {
    if (this.violations.length > 0) throw new Error(`Broken: ${this.violations.join('\n')}`);
  }
}

function controllerFor(kind: CallKind): AbortController | undefined {
  const controller = kind.startsWith('with') ? new AbortController() : undefined;
  if (kind === 'with aborted signal') controller?.abort();
  return controller;
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
