/** What says where the program's text comes from; a worker has its own. */
const PROGRAM_ARGUMENTS = /^(?:--input-type|-e$|--eval|-p$|--print|-pe$)/;
/**
 * The arguments of Node with which workers are started: those of this process, but none that only fit it. One from
 * the command line (`node --input-type=module -e …`) has arguments with which no worker starts.
 */
export function argumentsForWorkers(given: readonly string[] = process.execArgv): string[] {
  const isProgram = given.some((argument) => PROGRAM_ARGUMENTS.test(argument));
  // A debugger's port is taken by this process.
  return isProgram ? [] : given.filter((argument) => !argument.startsWith('--inspect'));
}
