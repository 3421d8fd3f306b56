import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../http/free-port.js';
import { post } from '../http/json-client.js';
import { until } from '../http/until.js';
import { findBrokenPromise, readGuide, type GuidePart } from './guide-steps.js';
import { startRegistry, type PackageRegistry } from './package-registry.js';
import { folder } from './prepared.js';
import { startServer } from './running-app.js';
import { ShellSession } from './shell-session.js';

const CONCURRENT = 200;
const steps = readGuide('docs/nest.md', 'Ten steps');

describe('an app fresh from the Nest CLI', () => {
  const parent = join(folder, 'nest-cli');
  const app = join(parent, 'reviews');
  let registry: PackageRegistry;
  let shell: ShellSession;
  let port = 0;

  beforeAll(async () => {
    await mkdir(parent);
    registry = await startRegistry();
    port = await freePort();
    shell = new ShellSession(parent, { npm_config_registry: registry.url, PORT: String(port) });
  });

  afterAll(async () => {
    await shell.end();
    registry.close();
  });

  /** Does, or sees, what a part of the guide says, word for word but for the port. */
  async function follow(part: GuidePart): Promise<void> {
    if (part.kind === 'file') {
      await mkdir(dirname(join(app, part.path)), { recursive: true });
      await writeFile(join(app, part.path), part.text);
    } else if (part.kind === 'commands') {
      for (const command of part.commands) await run(command);
    } else {
      await see(part.lines);
    }
  }

  /** @throws Error with what it printed if it fails. */
  async function run(command: string): Promise<void> {
    const code = await shell.run(command.replaceAll('localhost:3000', `localhost:${port}`));
    if (code !== 0) throw new Error(`"${command}" ended with code ${code}:\n${shell.printed}`);
  }

  /** A program in the background may print later: it is waited for. */
  async function see(lines: readonly string[]): Promise<void> {
    const broken = (): string | undefined => findBrokenPromise(lines, shell.printed);
    await until('what was promised is printed', () => broken() === undefined).catch(() => {
      throw new Error(`"${broken()}" was promised, and not printed:\n${shell.printed}`);
    });
    shell.forget();
  }

  async function linesOf(file: string): Promise<string[]> {
    return (await readFile(join(app, file), 'utf8')).trim().split('\n');
  }

  beforeEach(() => shell.forget());

  it.each(steps)('goes the step of docs/nest.md: $title', async ({ parts }) => {
    for (const part of parts) await follow(part);
  });

  it('has sent the hundred calls in few batches, each as large as its answers say', async () => {
    const timings = (await linesOf('timings.txt')).map((line) => line.replace(/^.*, batch;/, ''));
    const batches = new Set(timings);
    expect(timings).toHaveLength(100);
    expect(batches.size).toBeLessThan(20);
    for (const batch of batches) {
      const answers = timings.filter((timing) => timing === batch);
      expect(batch).toContain(`desc="${answers.length}", batch-id`);
    }
  });

  it('has answered or refused each of the three hundred calls', async () => {
    const answers = (await linesOf('refusals.txt')).map((line) => line.trim());
    expect(answers).toHaveLength(300);
    expect([...new Set(answers)].sort()).toEqual(['200', '503 1']);
  });

  it('gets more processors, in folders of their own, formatted as the CLI’s own files are', async () => {
    await run('npx nest generate --collection nestjs-batching processor models/toxicComment');
    await run('npx prettier --check src/models src/app.module.ts src/main.ts');
    await see(['UPDATE src/app.module.ts …', 'All matched files use Prettier code style!']);
    await run('npm run build && npm test');
    await see(['Test Files  5 passed …']);
  });

  it(`gives ${CONCURRENT} callers their own answers, and ends with code 0`, async () => {
    const url = `http://127.0.0.1:${port}`;
    const server = startServer(process.execPath, join(app, 'dist/main.js'), { PORT: String(port) });
    await until('the app listens', () => fetch(url).then(Boolean, () => false));
    const texts = Array.from({ length: CONCURRENT }, (_, index) => 'a'.repeat(index));
    const answers = await Promise.all(
      texts.map((text) => post<{ length: number }>(`${url}/toxic-comment`, { text })),
    );
    expect(answers.map(({ body }) => body.length)).toEqual(texts.map(({ length }) => length));
    expect(await server.stop()).toBe(0);
    expect(server.unanswered()).toBe(0);
  });
});
