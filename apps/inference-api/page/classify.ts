/** What the server answers for one digit. */
export interface Answer {
  readonly digit: number;
  readonly confidence: number;
  readonly probabilities: readonly number[];
}

/** The batch that an answer rode in. */
export interface Ride {
  readonly batchId: number;
  readonly batchSize: number;
  readonly queueTimeMs: number;
  readonly processingTimeMs: number;
}

/** Sends one digit; throws with the server's own words if it is refused. */
export async function classify(pixels: readonly number[]): Promise<Answer & { readonly ride: Ride }> {
  const response = await postJson('/digits/classify', { pixels });
  return {
    ...((await response.json()) as Answer),
    ride: rideFrom(response.headers.get('server-timing') ?? ''),
  };
}

export async function postJson(path: string, body: unknown): Promise<Response> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    // What browsers say of it is for developers, and each says something else.
    throw new Error('The server cannot be reached.');
  });
  if (!response.ok) throw new Error(`${response.status}: ${await reasonOf(response)}`);
  return response;
}

/** In the server's own words; what stands between, as a proxy, may have none that are meant for a program. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const { message } = (await response.json()) as { message: string | string[] };
    return [message].flat().join('; ');
  } catch {
    return response.statusText || 'no reason is given';
  }
}

/** From `queue;dur=2.1, processing;dur=8.3, batch;desc="17", batch-id;desc="42"`. */
function rideFrom(serverTiming: string): Ride {
  const read = (metric: string): number =>
    Number(new RegExp(`(?:^|, )${metric};(?:dur=|desc=")([\\d.]+)`).exec(serverTiming)?.[1] ?? 0);
  return {
    batchId: read('batch-id'),
    batchSize: read('batch'),
    queueTimeMs: read('queue'),
    processingTimeMs: read('processing'),
  };
}
