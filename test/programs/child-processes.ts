import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The numbers of the processes that run workers and were started by that one. */
export async function findWorkerProcesses(parent: number): Promise<number[]> {
  const { stdout } = await execute('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes('process-entry.js'))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, startedBy]) => startedBy === parent)
    .map(([pid]) => pid ?? 0);
}

/** Whether there is a process of that number. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
