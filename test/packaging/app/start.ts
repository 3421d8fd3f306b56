import type { INestApplication } from '@nestjs/common';

/** The same for every platform: a free port of the loopback interface, and an end in order. */
export async function start(app: INestApplication): Promise<void> {
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(0, '127.0.0.1');
  console.log(`listening on ${await app.getUrl()}`);
}
