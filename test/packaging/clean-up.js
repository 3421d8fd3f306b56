// Removes the folder that prepare.js made.
import { rm } from 'node:fs/promises';

export default async function cleanUp() {
  await rm(JSON.parse(process.env.PACKAGING).folder, { recursive: true, force: true });
}
