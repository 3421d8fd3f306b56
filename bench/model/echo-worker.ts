/** A worker thread that sends back whatever comes: the least that a round trip to a worker costs. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (message: unknown) => parentPort?.postMessage(message));
