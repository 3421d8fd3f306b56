import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Headless, and quiet: nothing that calls home. */
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where the browser is: as `CHROMIUM_PATH` says, or else as a shell would find it. */
const chromiumPath: string | undefined =
  process.env['CHROMIUM_PATH'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Whether to run without a look at the page; where everything has to be tested, a missing browser fails. */
export const isBrowserMissing = chromiumPath === undefined && process.env['CI'] !== 'true';

export const MISSING = 'needs Chromium or Chrome on the PATH, or its path in CHROMIUM_PATH';

/** @throws Error if there is no browser. */
export function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(`The test of the page ${MISSING}.`);
  return chromium.launch({ executablePath: chromiumPath, args: ARGUMENTS });
}
