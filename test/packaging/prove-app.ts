import { get, post } from '../http/json-client.js';
import { sendUntilRefused } from '../programs/shutdown-client.js';
import type { Echo } from './app/echo.processor.js';
import { startApp, type RunningApp } from './running-app.js';

const CONCURRENT = 200;
const CLIENTS = 32;
/** By then every client has had an answer, and has the next request under way. */
const ANSWERS_BEFORE_THE_END = 5 * CLIENTS;

/** What an app did. */
export interface AppReport {
  /** Of the concurrent requests, how many got their own text back. */
  readonly ownAnswers: number;
  readonly largestBatch: number;
  readonly reversed: unknown;
  readonly health: unknown;
  /** Statuses of the answers before and after the signal. */
  readonly statusesUnderLoad: readonly number[];
  /** Answers that began and did not end. */
  readonly brokenAnswers: number;
  /** Requests that the app has received, and not answered. */
  readonly unanswered: number;
  readonly exitCode: number | null;
}

/** What every app must report. */
export const ALL_IN_ORDER = {
  ownAnswers: CONCURRENT,
  reversed: { text: 'cba' },
  health: expect.objectContaining({ status: 'ok' }) as unknown,
  statusesUnderLoad: [200],
  brokenAnswers: 0,
  unanswered: 0,
  exitCode: 0,
};

/** Starts the app, asks it many things at once, and ends it by the signal while it has much to do. */
export async function proveApp(
  node: string,
  file: string,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
): Promise<AppReport> {
  const app = await startApp(node, file);
  const texts = Array.from({ length: CONCURRENT }, (_, index) => `text ${index}`);
  const echoes = await Promise.all(texts.map((text) => post<Echo>(`${app.url}/echo`, { text })));
  const reversed = await post<unknown>(`${app.url}/reverse`, { text: 'abc' });
  const health = await get<unknown>(`${app.url}/health`);
  return {
    ownAnswers: echoes.filter(({ body }, index) => body.text === texts[index]).length,
    largestBatch: Math.max(...echoes.map(({ body }) => body.batchSize)),
    reversed: reversed.body,
    health: health.body,
    ...(await endUnderLoad(app, signal)),
  };
}

async function endUnderLoad(
  app: RunningApp,
  signal: 'SIGTERM' | 'SIGINT',
): Promise<Pick<AppReport, 'statusesUnderLoad' | 'brokenAnswers' | 'unanswered' | 'exitCode'>> {
  let answers = 0;
  let startEnding: () => void = () => undefined;
  const isUnderLoad = new Promise<void>((resolve) => (startEnding = resolve));
  const clients = Array.from({ length: CLIENTS }, () =>
    sendUntilRefused(`${app.url}/echo`, JSON.stringify({ text: 'a' }), () => {
      answers += 1;
      if (answers === ANSWERS_BEFORE_THE_END) startEnding();
    }),
  );
  await isUnderLoad;
  const exitCode = await app.stop(signal);
  const reports = await Promise.all(clients);
  return {
    statusesUnderLoad: [...new Set(reports.flatMap((report) => [...report.answers.keys()]))].sort(),
    brokenAnswers: reports.reduce((sum, { broken }) => sum + broken, 0),
    unanswered: app.unanswered(),
    exitCode,
  };
}
