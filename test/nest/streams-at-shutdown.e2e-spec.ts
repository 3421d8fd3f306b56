import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { Controller, Get, Res, Sse } from '@nestjs/common';
import { BatchingModule } from 'nestjs-batching';
import { interval, map, take, type Observable } from 'rxjs';
import { express, HttpApps, platforms, type Platform } from './http-apps.js';

@Controller()
class StreamController {
  @Sse('events')
  events(): Observable<{ data: number }> {
    return interval(50).pipe(
      take(6),
      map((data) => ({ data })),
    );
  }

  /** Its handler returns while the response is still being written. */
  @Get('download')
  async download(@Res() response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-length': '10' });
    response.write('01234');
    setTimeout(() => response.end('56789'), 250);
    await sleep(150);
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

/** What a client reads of a path while the app closes. */
async function readAcrossClose(platform: Platform, path: string): Promise<string> {
  const metadata = { imports: [BatchingModule.forRoot()], controllers: [StreamController] };
  const { app, url } = await apps.start(metadata, platform);
  const response = await fetch(`${url}/${path}`);
  const text = response.text();
  await sleep(80);
  await Promise.all([text, app.close()]);
  return await text;
}

describe('app.close()', () => {
  it.each(platforms)('lets a stream of events end that is being sent on $name', async (platform) => {
    const events = (await readAcrossClose(platform, 'events')).match(/^(?:event|data).*$/gm);
    expect(events).toEqual([0, 1, 2, 3, 4, 5].map((data) => `data: ${data}`));
  });

  it('lets a response end that its handler writes by itself', async () => {
    expect(await readAcrossClose(express, 'download')).toBe('0123456789');
  });
});
