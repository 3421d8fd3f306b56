/** What makes the processor, as part of an object that is the default. */
export default {
  createProcessor: (factor) => ({
    processBatch: (requests) => requests.map((request) => factor * request),
  }),
};
