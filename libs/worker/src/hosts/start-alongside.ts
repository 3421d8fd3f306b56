const underWay = new Set<Promise<unknown>>();

/**
 * Starts what must not be interrupted, such as a model that is being opened: a failed start makes Nest end the process,
 * and ending it meanwhile makes ONNX Runtime abort it. So others wait with their failures, and this with its own.
 */
export async function startAlongside<TStarted>(start: Promise<TStarted>): Promise<TStarted> {
  underWay.add(start);
  try {
    return await failAfterOthers(start);
  } finally {
    underWay.delete(start);
  }
}

/** Tells a failure only when nothing is being started that must not be interrupted. */
export async function failAfterOthers<TStarted>(start: Promise<TStarted>): Promise<TStarted> {
  try {
    return await start;
  } catch (error) {
    await untilAllStarted();
    throw error;
  }
}

/** Resolves when all that is being started now and must not be interrupted is there, or has failed. */
export async function untilAllStarted(): Promise<void> {
  await Promise.allSettled(underWay);
}
