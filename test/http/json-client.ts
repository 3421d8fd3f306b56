/** An answer whose body has been read. */
export interface Answer<TBody> {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; as text if it is none. */
  readonly body: TBody;
}

/** What Nest answers where something is wrong. */
export interface ErrorBody {
  readonly statusCode: number;
  readonly message: string | readonly string[];
  readonly code?: string;
  readonly retryAfterMs?: number;
}

/** Sends `body` as JSON. */
export function post<TBody = ErrorBody>(
  url: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Answer<TBody>> {
  return send(url, {
    method: 'POST',
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  });
}

export function get<TBody = ErrorBody>(url: string): Promise<Answer<TBody>> {
  return send(url, {});
}

/** Sends whatever it is told to. */
export async function send<TBody = ErrorBody>(url: string, init: RequestInit): Promise<Answer<TBody>> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) as TBody };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
