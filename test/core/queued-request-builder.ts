import type { RequestOptions } from 'nestjs-batching/core';
import { CallerSignal } from '../../libs/core/src/requests/caller-signal.js';
import { QueuedRequest, type Answer } from '../../libs/core/src/requests/queued-request.js';
import { ORDINARY_TERMS, type RequestTerms } from '../../libs/core/src/requests/request-terms.js';

export type LetterRequest = QueuedRequest<string, string>;

export interface RequestTraits extends Partial<RequestTerms>, Pick<RequestOptions, 'signal'> {
  readonly payload?: string;
  /** When it came. Default 1000. */
  readonly enqueuedAtMs?: number;
  readonly wantsBatchInfo?: boolean;
  readonly onAbort?: (request: LetterRequest) => void;
}

/** A request, and the promise that its caller would hold. */
export function buildRequest({
  payload = 'a',
  enqueuedAtMs = 1000,
  wantsBatchInfo = false,
  onAbort = () => undefined,
  signal,
  ...terms
}: RequestTraits = {}): { readonly request: LetterRequest; readonly answer: Promise<Answer<string>> } {
  const request = new QueuedRequest<string, string>(payload, { ...ORDINARY_TERMS, ...terms });
  const answer = request.accept(
    { timeMs: enqueuedAtMs },
    {
      signal:
        signal === undefined
          ? undefined
          : new CallerSignal({ abort: ([request]) => onAbort(request!) }, signal),
      wantsBatchInfo,
    },
  );
  // Who is rejected must not end the test run, also when an assertion fails before anybody has looked.
  answer.catch(() => undefined);
  return { request, answer };
}
