// An app without Nest: Node's own server in front of two batchers.
import { DynamicBatcher } from 'nestjs-batching/core';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const TAKES_MS = 10;
const config = { maxBatchSize: 32, maxQueueSize: 1024 };

const echo = new DynamicBatcher(config, async (texts) => {
  await sleep(TAKES_MS);
  return texts.map((text) => ({ text, batchSize: texts.length }));
});
const reverse = new DynamicBatcher(config, (texts) =>
  texts.map((text) => ({ text: [...text].reverse().join('') })),
);

const routes = {
  '/echo': async (request) => echo.process((await json(request)).text),
  '/reverse': async (request) => reverse.process((await json(request)).text),
  '/health': () => ({ status: echo.state === 'open' && reverse.state === 'open' ? 'ok' : 'error' }),
};

const server = createServer((request, response) => {
  const answer = async () => JSON.stringify(await routes[request.url](request));
  answer().then(
    (body) => response.end(body),
    (error) => response.writeHead(500).end(String(error)),
  );
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listening on http://127.0.0.1:${server.address().port}`);

await once(process, 'SIGTERM');
// Connections that are kept end with their next answer.
server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
server.close();
await once(server, 'close');
await Promise.all([echo.drain(), reverse.drain()]);
