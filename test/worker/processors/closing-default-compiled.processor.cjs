'use strict';
/** What TypeScript makes of `export default` and a `close` beside it in a CommonJS app, such as those of Nest 11. */
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = processBatch;
exports.close = close;
const node_fs_1 = require('node:fs');
let file;
function processBatch(requests) {
  [file] = requests;
  return requests;
}
function close() {
  node_fs_1.writeFileSync(file, 'closed');
}
