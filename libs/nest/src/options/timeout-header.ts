import { describeValue, InvalidConfigError, InvalidRequestError } from 'nestjs-batching/core';

/** By this name clients say how long they wait, if `timeoutHeader` is just `true`. */
const DEFAULT_TIMEOUT_HEADER = 'Request-Timeout';

/** What a header may be called: a token (RFC 9110, section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * The name of the header that `timeoutHeader` asks for; undefined: none. An environment variable can only say `'true'`,
 * `'false'` or nothing; no header has such a name.
 *
 * @throws InvalidConfigError if no client can send a header of that name.
 */
export function timeoutHeaderName(option: boolean | string | undefined): string | undefined {
  if (option === undefined || option === false || option === 'false' || option === '') return undefined;
  if (option === true || option === 'true') return DEFAULT_TIMEOUT_HEADER;
  if (typeof option === 'string' && TOKEN.test(option)) return option;
  const expected = "true, false, or a header's name: letters, digits and !#$%&'*+-.^_`|~";
  throw new InvalidConfigError('BatchingModule.forRoot()', [
    { field: 'timeoutHeader', problem: `received ${describeValue(option)}, expected ${expected}` },
  ]);
}

const MILLISECONDS_IN: Readonly<Record<string, number>> = { '': 1000, s: 1000, ms: 1 };
const FORMAT = /^\s*(\d+(?:\.\d+)?)\s*(s|ms)?\s*$/;

/**
 * How long a client says that it waits, in milliseconds: a number of seconds (`2`, `0.5`), or with its unit (`2s`,
 * `250ms`).
 *
 * @throws InvalidRequestError if the header says something else.
 */
export function parseTimeoutHeader(header: string, value: string): number {
  const [, amount, unit = ''] = FORMAT.exec(value) ?? [];
  const timeoutMs = Number(amount) * (MILLISECONDS_IN[unit] ?? NaN);
  if (timeoutMs > 0) return timeoutMs;
  throw new InvalidRequestError(
    `The header ${header} is ${JSON.stringify(value)}, expected seconds above 0 (2, 0.5), or with a unit (2s, 250ms).`,
  );
}
