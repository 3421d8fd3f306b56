import { describeThrown, isError } from 'nestjs-batching/core';
import { deserialize, serialize } from 'node:v8';

/** A result as bytes, which can be read whatever is in them. What is no result for the caller, an error, stays one. */
export function toResultBytes(result: unknown): unknown {
  if (isError(result)) return result;
  try {
    return serialize(result);
  } catch (error) {
    return uncopyableResult(describeThrown(error));
  }
}

/** The result that the bytes are of; or an error, if it cannot be read. */
export function fromResultBytes(bytes: unknown): unknown {
  try {
    return deserialize(bytes as Uint8Array);
  } catch (error) {
    return uncopyableResult(describeThrown(error));
  }
}

/** @param reason What the runtime says of it. */
export function uncopyableResult(reason: string): Error {
  return new Error(`The result cannot be copied out of the worker: ${reason} Return plain data.`);
}
