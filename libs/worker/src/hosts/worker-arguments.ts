/** What says where the program's text comes from; a worker has its own. */
const PROGRAM_ARGUMENTS = /^(?:--input-type|-e$|--eval|-p$|--print|-pe$)/;

/** Arguments of a debugger whose value may stand by itself, after them. */
const WITH_A_VALUE = ['--inspect-port', '--debug-port', '--inspect-publish-uid'];

/**
 * The arguments of Node with which processes are started: those of this process, but none that only fit it. One from
 * the command line (`node --input-type=module -e …`) has arguments with which no worker starts.
 */
export function argumentsForProcesses(given: readonly string[] = process.execArgv): string[] {
  return isFromCommandLine(given) ? [] : given.filter((_, index) => !isForDebugger(given, index));
}

/** A debugger's port is taken by this process. */
function isForDebugger(given: readonly string[], index: number): boolean {
  const argument = given[index] ?? '';
  const before = given[index - 1] ?? '';
  return /^--(?:inspect|debug-port)/.test(argument) || WITH_A_VALUE.includes(before);
}

/**
 * The arguments of Node with which threads are started; undefined if they are to have those of this process. To name
 * these would not do: those that count for the whole process (`--max-old-space-size`, `--expose-gc`) are refused.
 */
export function argumentsForThreads(given: readonly string[] = process.execArgv): [] | undefined {
  return isFromCommandLine(given) ? [] : undefined;
}

function isFromCommandLine(given: readonly string[]): boolean {
  return given.some((argument) => PROGRAM_ARGUMENTS.test(argument));
}
