import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { SampleServer } from '../../apps/inference-api/demo/sample-server.js';
import { SampleServers } from '../sample/sample-servers.js';
import { isBrowserMissing, launchChromium, MISSING } from './chromium.js';
import { circle, DigitPage, type PenStroke } from './digit-page.js';

/** Each run leaves here what the page looked like, for a person to see. */
const SCREENSHOTS = join(tmpdir(), 'nestjs-batching-page');

const SEVEN: PenStroke = [
  [0.25, 0.2],
  [0.75, 0.2],
  [0.45, 0.85],
];

const drawings: readonly (readonly [digit: number, strokes: readonly PenStroke[]])[] = [
  [0, [circle(0.5, 0.5, 0.22, 0.32)]],
  [
    1,
    [
      [
        [0.5, 0.15],
        [0.48, 0.85],
      ],
    ],
  ],
  [
    4,
    [
      [
        [0.35, 0.15],
        [0.25, 0.55],
        [0.75, 0.55],
      ],
      [
        [0.62, 0.2],
        [0.6, 0.88],
      ],
    ],
  ],
  [7, [SEVEN]],
];

const describeWithBrowser = isBrowserMissing ? describe.skip : describe;

describeWithBrowser(`the page${isBrowserMissing ? ` (${MISSING})` : ''}`, () => {
  const servers = new SampleServers();
  let server: SampleServer;
  let browser: Browser;

  beforeAll(async () => {
    await mkdir(SCREENSHOTS, { recursive: true });
    [server, browser] = await Promise.all([servers.start(), launchChromium()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await servers.stopAll();
  });

  const open = async (options: Parameters<Browser['newContext']>[0] = {}): Promise<DigitPage> =>
    DigitPage.open(browser, `${server.url}/`, options);
  const finish = async ({ page, complaints }: DigitPage, name: string): Promise<void> => {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    await page.context().close();
    expect(complaints).toEqual([]);
  };

  it.each(drawings)(
    'recognizes a %i drawn with the mouse, and tells of its batch',
    async (digit, strokes) => {
      const digitPage = await open();
      await digitPage.expectText('confidence', /^Nothing drawn yet\.$/);

      await digitPage.draw(...strokes);

      await digitPage.expectText('digit', new RegExp(`^${digit}$`));
      await digitPage.expectText('confidence', /^\d+\.\d % sure$/);
      await digitPage.expectText('ride', /^Batch \d+, alone: waited [\d.]+ ms, the model took [\d.]+ ms\.$/);
      expect(await digitPage.page.locator('#probabilities li').count()).toBe(10);
      expect(await digitPage.countInk('preview')).toBeGreaterThan(20);
      await finish(digitPage, `digit-${digit}`);
    },
    30_000,
  );

  it('forgets drawing and answer with Clear', async () => {
    const digitPage = await open();
    await digitPage.draw(SEVEN);
    await digitPage.expectText('digit', /^7$/);
    expect(await digitPage.countInk('drawing')).toBeGreaterThan(0);

    await digitPage.clear();

    await digitPage.expectText('digit', /^\?$/);
    await digitPage.expectText('confidence', /^Nothing drawn yet\.$/);
    expect(await digitPage.countInk('drawing')).toBe(0);
    expect(await digitPage.countInk('preview')).toBe(0);
    expect(await digitPage.page.locator('#probabilities li').count()).toBe(0);
    await digitPage.draw(circle(0.5, 0.5, 0.22, 0.32));
    await digitPage.expectText('digit', /^0$/);
    await finish(digitPage, 'cleared');
  }, 30_000);

  it.each([
    ['burst', 299],
    ['burst-together', 10],
  ])(
    'shows who rode together after the button #%s, in at most %i batches',
    async (button, mostBatches) => {
      const digitPage = await open();

      await digitPage.page.click(`#${button}`);

      const summary = await digitPage.expectText('burst-summary', /recognized/);
      const [digits = 0, batches = 0, , , largest = 0, recognized = 0] = (summary.match(/\d+/g) ?? []).map(
        Number,
      );
      expect(digits).toBe(300);
      expect(batches).toBeLessThanOrEqual(mostBatches);
      expect(largest).toBeLessThanOrEqual(32);
      expect(recognized).toBeGreaterThan(285);
      const boxes = await digitPage.readBatches();
      expect(boxes).toHaveLength(batches);
      expect(Math.max(...boxes.map(({ digits: size }) => size))).toBe(largest);
      expect(boxes.reduce((sum, { digits: size }) => sum + size, 0)).toBe(300);
      for (const { digits: size, title } of boxes) {
        const requests = size === 1 ? '1 request' : `${size} requests`;
        expect(title).toMatch(new RegExp(`^Batch \\d+: ${requests}, [\\d.]+ ms$`));
      }
      await finish(digitPage, button);
    },
    30_000,
  );

  it('leaves a dot where the pen only touches the paper', async () => {
    const digitPage = await open();

    await digitPage.draw([[0.5, 0.5]]);

    await digitPage.expectText('confidence', /sure$/);
    expect(await digitPage.countInk('drawing')).toBeGreaterThan(200);
    await finish(digitPage, 'dot');
  }, 30_000);

  it('says that it waits, what a proxy refuses with, and that the server cannot be reached', async () => {
    const digitPage = await open();
    const { page, complaints } = digitPage;
    await page.click('#burst-together');
    await digitPage.expectText('burst-summary', /recognized/);
    let answer = (): void => undefined;
    const untilAsked = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/digits/**', async (route) => {
      await untilAsked;
      await route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' });
    });

    await digitPage.draw(SEVEN);
    await digitPage.expectText('confidence', /^Waiting for the model\.$/);
    answer();
    await digitPage.expectText('confidence', /^502: Bad Gateway$/);
    await page.context().setOffline(true);
    await page.unroute('**/digits/**');
    await page.click('#burst-together');
    await digitPage.expectText('burst-summary', /^The server cannot be reached\.$/);
    expect(await digitPage.readBatches()).toEqual([]);

    expect(complaints.splice(0).every((complaint) => /502|OFFLINE|DISCONNECTED|failed/.test(complaint))).toBe(
      true,
    );
    await finish(digitPage, 'failures');
  }, 30_000);

  it('fits a phone: nothing to scroll sideways, and the pad follows the finger', async () => {
    const digitPage = await open({
      viewport: { width: 320, height: 640 },
      deviceScaleFactor: 2,
      hasTouch: true,
      isMobile: true,
    });

    await digitPage.draw(SEVEN);
    await digitPage.expectText('digit', /^7$/);
    await digitPage.page.click('#burst-together');
    await digitPage.expectText('burst-summary', /recognized/);

    expect(await digitPage.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await finish(digitPage, 'phone');
  }, 30_000);
});
