// Loaded before an app, of whatever kind: says at its end how many requests it has received, and how many answered.
const { subscribe } = require('node:diagnostics_channel');

let received = 0;
let answered = 0;
subscribe('http.server.request.start', () => (received += 1));
subscribe('http.server.response.finish', () => (answered += 1));

process.on('exit', () => {
  // The app's workers load it, too.
  if (received > 0) console.log(`received ${received}, answered ${answered}`);
});
