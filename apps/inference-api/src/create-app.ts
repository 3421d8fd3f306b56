import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { acceptBodies } from './http/accept-bodies.js';
import { ClientErrorFilter } from './http/client-error.filter.js';
import { setUpOpenApi } from './http/open-api.js';
import { PROJECT_ROOT } from './project-root.js';

/** The whole sample, ready to listen: the same for the server and for its tests. */
export async function createApp(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { bodyParser: false });
  app.disable('x-powered-by');
  acceptBodies(app);
  app.useGlobalFilters(new ClientErrorFilter(app.getHttpAdapter()));
  setUpOpenApi(app);
  servePage(app);
  return app;
}

/** The page's HTML and style as they are, its scripts as they were compiled. */
function servePage(app: NestExpressApplication): void {
  app.useStaticAssets(fileURLToPath(new URL('apps/inference-api/page', PROJECT_ROOT)));
  app.useStaticAssets(fileURLToPath(new URL('dist/apps/inference-api/page', PROJECT_ROOT)), {
    prefix: '/page',
  });
  app.useStaticAssets(fileURLToPath(new URL('dist/apps/inference-api/digit-image', PROJECT_ROOT)), {
    prefix: '/digit-image',
  });
}
