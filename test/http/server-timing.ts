/** What a `Server-Timing` header tells of the batch that an answer rode in. */
export interface ServerTiming {
  readonly queueTimeMs: number;
  readonly processingTimeMs: number;
  readonly batchSize: number;
  readonly batchId: number;
}

const FORM = /^queue;dur=(\d+\.\d), processing;dur=(\d+\.\d), batch;desc="(\d+)", batch-id;desc="(\d+)"$/;

/** @throws Error if the header is missing or has another form. */
export function readServerTiming(headers: Headers): ServerTiming {
  const header = headers.get('server-timing');
  const parts = FORM.exec(header ?? '');
  if (parts === null) throw new Error(`Expected a Server-Timing header of a batch, received ${header}.`);
  const [queueTimeMs = NaN, processingTimeMs = NaN, batchSize = NaN, batchId = NaN] = parts
    .slice(1)
    .map(Number);
  return { queueTimeMs, processingTimeMs, batchSize, batchId };
}
