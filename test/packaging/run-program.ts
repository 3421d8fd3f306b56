import { spawn } from 'node:child_process';

/** A program that has ended. */
export interface EndedProgram {
  readonly code: number | null;
  /** What it printed on both of its outputs. */
  readonly output: string;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<EndedProgram> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (output += String(text)));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
