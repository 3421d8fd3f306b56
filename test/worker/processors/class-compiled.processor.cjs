'use strict';
/** What TypeScript makes of a class as the default in a CommonJS app. */
Object.defineProperty(exports, '__esModule', { value: true });
class DoublingProcessor {
  processBatch(requests) {
    return requests.map((request) => 2 * request);
  }
}
exports.default = DoublingProcessor;
