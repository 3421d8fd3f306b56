import type {
  ListedRunReply,
  ListedRunRequest,
  ListedTensor,
  NamedTensor,
  RunReply,
  RunRequest,
} from '../model-protocol.js';

/** As it is sent to a worker. */
export function listRequest({ outputNames, wantsBuffersBack, inputs }: RunRequest): ListedRunRequest {
  return [outputNames, wantsBuffersBack, inputs.map(listTensor)];
}

/** As it is meant. */
export function readRequest([outputNames, wantsBuffersBack, inputs]: ListedRunRequest): RunRequest {
  return { inputs: inputs.map(readTensor), outputNames, wantsBuffersBack };
}

/** As it is sent from a worker. */
export function listReply({ outputs, runMs, inputBuffers }: RunReply): ListedRunReply {
  return [outputs.map(listTensor), runMs, inputBuffers];
}

/** As it is meant. */
export function readReply([outputs, runMs, inputBuffers]: ListedRunReply): RunReply {
  return { outputs: outputs.map(readTensor), runMs, inputBuffers };
}

function listTensor({ name, type, dims, data }: NamedTensor): ListedTensor {
  return [name, type, dims, data];
}

function readTensor([name, type, dims, data]: ListedTensor): NamedTensor {
  return { name, type, dims, data };
}
