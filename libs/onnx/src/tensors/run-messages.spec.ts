import type { NamedTensor, RunReply, RunRequest } from '../model-protocol.js';
import { listReply, listRequest, readReply, readRequest } from './run-messages.js';

const ids: NamedTensor = { name: 'ids', type: 'int64', dims: [2, 1], data: BigInt64Array.of(1n, 2n) };
const words: NamedTensor = { name: 'words', type: 'string', dims: [2], data: ['a', 'b'] };

describe('The messages of a run', () => {
  it('bring a request to a worker as it was', () => {
    const request: RunRequest = { inputs: [ids, words], outputNames: ['y', 'z'], wantsBuffersBack: true };
    expect(readRequest(structuredClone(listRequest(request)))).toEqual(request);
  });

  it('bring its reply back as it was', () => {
    const reply: RunReply = { outputs: [words, ids], runMs: 1.5, inputBuffers: [new ArrayBuffer(8)] };
    expect(readReply(structuredClone(listReply(reply)))).toEqual(reply);
  });
});
