const processors = {
  createProcessor: (factor) => (requests) => requests.map((request) => factor * request),
};

/** CommonJS, which exports an object as a whole. */
module.exports = processors;
