import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** A shell in which one command is typed after the other: folder, variables and background programs stay. */
export class ShellSession {
  private readonly shell: ChildProcessByStdio<Writable, Readable, null>;
  /** What nothing but the session itself prints: a command has ended. */
  private readonly mark = randomUUID();
  private readonly ending = new RegExp(`^${this.mark} (\\d+)\\n`, 'm');
  private text = '';
  private onOutput: () => void = () => undefined;

  constructor(cwd: string, environment: Readonly<Record<string, string>>) {
    this.shell = spawn('bash', ['-s'], {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
      // A process group of its own, which can be ended with all that runs in it.
      detached: true,
    });
    this.shell.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
      this.onOutput();
    });
    this.shell.on('close', () => this.onOutput());
    this.shell.stdin.write('exec 2>&1\n');
  }

  /**
   * Types a command, and waits until the shell takes the next one.
   *
   * @returns The command's exit code.
   */
  async run(command: string): Promise<number> {
    // What the shell runs must not read the commands that are yet to come.
    this.shell.stdin.write(`{ ${command}\n} </dev/null\nprintf '\\n${this.mark} %d\\n' $?\n`);
    for (;;) {
      const ended = this.ending.exec(this.text);
      if (ended !== null) {
        this.text = this.text.replace(this.ending, '');
        return Number(ended[1]);
      }
      await this.nextOutput();
    }
  }

  /** What was printed since the last `forget`. */
  get printed(): string {
    return stripVTControlCharacters(this.text).replaceAll('\r\n', '\n');
  }

  forget(): void {
    this.text = '';
  }

  /** Ends the shell and whatever still runs in it. */
  async end(): Promise<void> {
    if (this.shell.pid === undefined || this.shell.exitCode !== null) return;
    const exited = once(this.shell, 'exit');
    process.kill(-this.shell.pid, 'SIGKILL');
    await exited;
  }

  private async nextOutput(): Promise<void> {
    if (this.shell.exitCode !== null) throw new Error(`The shell has ended:\n${this.text}`);
    await new Promise<void>((resolve) => (this.onOutput = resolve));
  }
}
