import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { post } from '../http/json-client.js';
import { until } from '../http/until.js';
import { installInto, pack, runNpm } from './prepared.js';
import { runProgram } from './run-program.js';
import { startServer } from './running-app.js';

const CONCURRENT = 200;

describe('an app fresh from the Nest CLI', () => {
  let app = '';

  /** Runs the Nest CLI. @throws Error with what it printed if it fails. */
  async function nest(folder: string, ...parameters: string[]): Promise<string> {
    const cli = join(folder, 'node_modules/@nestjs/cli/bin/nest.js');
    const { code, output } = await runProgram(process.execPath, [cli, ...parameters], { cwd: folder });
    if (code !== 0) throw new Error(`nest ${parameters.join(' ')} ended with code ${code}:\n${output}`);
    return output;
  }

  beforeAll(async () => {
    const folder = await installInto('nest-cli', ['@nestjs/cli@12']);
    await nest(
      folder,
      'new',
      'fresh',
      '--skip-git',
      '--skip-install',
      '--package-manager',
      'npm',
      '--no-observe',
    );
    app = join(folder, 'fresh');
    await runNpm(app, 'install', pack.tarball);
  });

  it('gets BatchingModule and an orderly end by `nest add`', async () => {
    await nest(app, 'add', 'nestjs-batching', '--skip-install');
    expect(await readFile(join(app, 'src/app.module.ts'), 'utf8')).toContain('BatchingModule.forRoot({');
    expect(await readFile(join(app, 'src/main.ts'), 'utf8')).toContain('app.enableShutdownHooks(');
  });

  it('gets processors by `nest generate`', async () => {
    await nest(app, 'generate', '--collection', 'nestjs-batching', 'processor', 'sentiment');
    await nest(app, 'g', '-c', 'nestjs-batching', 'processor', 'models/toxicComment');
    const module = await readFile(join(app, 'src/app.module.ts'), 'utf8');
    expect(module).toContain("from './sentiment/sentiment.module.js'");
    expect(module).toContain("from './models/toxic-comment/toxic-comment.module.js'");
  });

  it('is formatted as the CLI’s own files are', async () => {
    const prettier = join(app, 'node_modules/prettier/bin/prettier.cjs');
    const { output } = await runProgram(process.execPath, [prettier, '--check', 'src'], { cwd: app });
    expect(output).toContain('All matched files use Prettier code style!');
  });

  it('builds, and its tests pass', async () => {
    await runNpm(app, 'run', 'build');
    const { code, output } = await runProgram('npm', ['test', '--prefix', app], {
      cwd: app,
      env: { NO_COLOR: '1' },
    });
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/Test Files\s+5 passed/) as unknown,
    });
  });

  it(`gives ${CONCURRENT} callers their own answers, and ends with code 0`, async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = startServer(process.execPath, join(app, 'dist/main.js'), { PORT: String(port) });
    await until('the app listens', () => fetch(url).then(Boolean, () => false));
    const texts = Array.from({ length: CONCURRENT }, (_, index) => 'a'.repeat(index));
    const answers = await Promise.all(
      texts.map((text) => post<{ length: number }>(`${url}/sentiment`, { text })),
    );
    expect(answers.map(({ body }) => body.length)).toEqual(texts.map(({ length }) => length));
    expect(await server.stop()).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
