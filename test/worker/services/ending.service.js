import { writeFileSync } from 'node:fs';

/** What it is called for: to hang up and live on, to leave a timer behind, or something unfinished when it is closed. */
export function createService() {
  let leave = () => undefined;
  return {
    call: (name, file) => {
      if (name === 'leaveUnfinished') {
        leave = () => void setTimeout(() => writeFileSync(file, ''), 200);
        return Promise.resolve({ reply: undefined });
      }
      setInterval(() => undefined, 60_000);
      if (name === 'leaveTimer') return Promise.resolve({ reply: undefined });
      process.removeAllListeners('disconnect');
      process.disconnect();
      return new Promise(() => undefined);
    },
    close: () => leave(),
  };
}
