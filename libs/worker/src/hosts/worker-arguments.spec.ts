import { argumentsForProcesses, argumentsForThreads } from './worker-arguments.js';

describe('the arguments of Node with which a worker starts', () => {
  const plain = ['--max-old-space-size=4096', '--import=./instrument.js', '--expose-gc'];

  it('are those of this process', () => {
    expect(argumentsForProcesses(plain)).toEqual(plain);
    expect(argumentsForThreads(plain)).toBeUndefined();
  });

  it('leave the debugger’s port to this process', () => {
    expect(argumentsForProcesses(['--inspect-brk=9230', ...plain, '--inspect'])).toEqual(plain);
    expect(argumentsForProcesses(['--inspect-port', '9330', ...plain, '--inspect'])).toEqual(plain);
  });

  it.each([['-e'], ['--eval=1'], ['-p'], ['--print'], ['-pe'], ['--input-type=module']])(
    'are none if this process has its program from the command line (%s)',
    (argument) => {
      expect(argumentsForProcesses([...plain, argument])).toEqual([]);
      expect(argumentsForThreads([...plain, argument])).toEqual([]);
    },
  );
});
