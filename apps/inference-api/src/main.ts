import { createApp } from './create-app.js';
import { describeStart } from './describe-start.js';

const app = await createApp();
// Nest ends the process by the signal again unless told otherwise; an orderly end is exit code 0.
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(Number(process.env['PORT'] ?? 3000), process.env['HOST'] ?? '0.0.0.0');
console.log(describeStart(await app.getUrl()));
