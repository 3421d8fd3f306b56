import { parseInteger } from './configuration/parse-integer.js';
import { unlessBlank } from './configuration/unless-blank.js';
import { createApp } from './create-app.js';
import { describeStart } from './describe-start.js';

// Before the model is loaded, so that a mistake is told at once.
const port = parseInteger('PORT', unlessBlank(process.env['PORT']) ?? '3000', 0, 65_535);
const app = await createApp();
// Nest ends the process by the signal again unless told otherwise; an orderly end is exit code 0.
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(port, unlessBlank(process.env['HOST']) ?? '0.0.0.0');
console.log(describeStart(await app.getUrl()));
