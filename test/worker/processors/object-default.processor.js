/** An object that is the default. */
export default {
  processBatch: (requests) => requests.map((request) => 2 * request),
};
