import { QueueFullError } from 'nestjs-batching/core';
import { describeCall, type Call } from './call.js';
import type { Checker } from './checker.js';
import type { Ledger } from './ledger.js';

/** What is promised of the queue's bounds, and of those who are refused by them. */
export function createQueueCheckers(): readonly Checker[] {
  return [
    {
      title: 'never more than maxQueueSize wait',
      called: ({ latest, waitingWhenReconfigured, config: { maxQueueSize } }) => {
        const waited = latest?.found.all ?? 0;
        // The bound may be lowered while more wait: nobody is lost then, but nobody is added either.
        return waited <= Math.max(maxQueueSize, waitingWhenReconfigured) ? undefined : `${waited} wait`;
      },
    },
    {
      title: 'never more than maxQueueSizePerTenant of one tenant wait',
      called: ({ latest, config: { maxQueueSizePerTenant = Infinity } }) =>
        latest?.tenant === undefined || latest.found.ofItsTenant <= maxQueueSizePerTenant
          ? undefined
          : `${latest.found.ofItsTenant} wait`,
    },
    {
      title: 'a request is refused for a full queue only if it is full, and told so at once',
      settling: (call, { nowMs, config: { maxQueueSize, maxQueueSizePerTenant = Infinity } }) => {
        const { error, found, calledAtMs, tenant, batch } = call;
        if (!(error instanceof QueueFullError) || error.reason === 'displaced') return undefined;
        if (calledAtMs !== nowMs || batch !== undefined) return `it was told at ${nowMs}`;
        if (error.reason === 'queue') return found.all >= maxQueueSize ? undefined : `${found.all} waited`;
        return tenant !== undefined && found.ofItsTenant >= maxQueueSizePerTenant
          ? undefined
          : `${found.ofItsTenant} of its tenant waited`;
      },
    },
    {
      title: 'a request that could have displaced another is not refused for a full queue',
      settling: ({ error, priority, id }, { config, waiting }) => {
        if (!(error instanceof QueueFullError) || error.reason !== 'queue') return undefined;
        if (config.queueFullPolicy === 'refuse') return undefined;
        for (const other of waiting) {
          if (other.id !== id && other.priority > priority) return `${describeCall(other)} waits`;
        }
        return undefined;
      },
    },
    {
      title:
        'only the newest of the lowest priority is displaced, by one of higher priority, from a full queue',
      settling: (call, ledger) =>
        call.error instanceof QueueFullError && call.error.reason === 'displaced'
          ? faultOfDisplacement(call, ledger)
          : undefined,
    },
  ];
}

function faultOfDisplacement(call: Call, { nowMs, latest, waiting, config }: Ledger): string | undefined {
  if (config.queueFullPolicy !== 'displace') return 'nobody is to be displaced';
  if (call.batch !== undefined) return 'it was running';
  if (latest?.calledAtMs !== nowMs) return 'nobody came';
  if (latest.priority >= call.priority) return `it was for ${describeCall(latest)}`;
  if (latest.found.all < config.maxQueueSize) return `only ${latest.found.all} waited`;
  for (const other of waiting) {
    const isBetter =
      other.priority > call.priority || (other.priority === call.priority && other.id > call.id);
    if (isBetter && other !== latest) return `${describeCall(other)} should have gone`;
  }
  return undefined;
}
