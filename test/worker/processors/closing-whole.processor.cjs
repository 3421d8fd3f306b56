const { writeFileSync } = require('node:fs');

/** CommonJS, whose functions are methods of what it exports. Tells by a file that it has been closed. */
module.exports = {
  file: undefined,
  processBatch(requests) {
    [this.file] = requests;
    return requests;
  },
  close() {
    writeFileSync(this.file, 'closed');
  },
};
