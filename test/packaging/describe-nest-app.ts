import { join } from 'node:path';
import { checkWithOldResolution, compileApp, type ModuleKind } from './compiled-app.js';
import { installInto, nodes, pack } from './prepared.js';
import { ALL_IN_ORDER, proveApp } from './prove-app.js';

/** A major version of Nest, and what its CLI makes of an app's files. */
interface Generation {
  readonly nest: number;
  readonly type: ModuleKind;
}

/** The tests that an app of any generation must pass. */
export function describeNestApp({ nest, type }: Generation): void {
  describe(`a Nest ${nest} app of type "${type}"`, () => {
    let installed = '';
    let built = '';

    beforeAll(async () => {
      const ofNest = ['common', 'core', 'platform-express', 'platform-fastify', 'terminus'];
      const packages = ofNest.map((name) => `@nestjs/${name}@${nest}`);
      installed = await installInto(`nest-${nest}`, [
        ...packages,
        'rxjs@7',
        'reflect-metadata@0.2',
        pack.tarball,
      ]);
      built = await compileApp(installed, type);
    });

    it('compiles also with the module resolution of old', async () => {
      await checkWithOldResolution(installed);
    });

    describe.each(nodes)('on Node $major', ({ path: node }) => {
      it.each([
        ['express', 'SIGTERM'],
        ['express', 'SIGINT'],
        ['fastify', 'SIGTERM'],
        ['fastify', 'SIGINT'],
      ] as const)(
        'batches, tells its health, and ends in order under load: %s, %s',
        async (platform, signal) => {
          const report = await proveApp(node, join(built, `main-${platform}.js`), signal);
          expect(report).toMatchObject(ALL_IN_ORDER);
          expect(report.largestBatch).toBeGreaterThan(1);
        },
      );
    });
  });
}
