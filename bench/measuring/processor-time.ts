/**
 * Processor time that this process has used in its own code, the garbage collector's threads included, in
 * nanoseconds. Unlike time on the wall it does not grow while other processes have the processor.
 */
export function processorTimeNs(): number {
  return process.cpuUsage().user * 1000;
}
