import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Where the pen goes without leaving the paper: x and y from 0 (left, top) to 1. */
export type PenStroke = readonly (readonly [x: number, y: number])[];

/** What is needed here of a browser's own type; the tests run in Node, which has none of those. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: ArrayLike<number> };
  };
}

interface Box {
  readonly title: string;
  querySelectorAll(selector: string): { readonly length: number };
}

/** The sample's page in a browser, and what a person does with it. */
export class DigitPage {
  /** What the browser complained about. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('requestfailed', (request) => this.complaints.push(`${request.url()} failed`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.complaints.push(`${response.url()} answered ${response.status()}`);
    });
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<DigitPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const opened = new DigitPage(await context.newPage());
    await opened.page.goto(url, { waitUntil: 'networkidle' });
    return opened;
  }

  /** Draws strokes with the mouse, each as a hand would: through many points. */
  async draw(...strokes: readonly PenStroke[]): Promise<void> {
    const box = await this.page.locator('#drawing').boundingBox();
    if (box === null) throw new Error('Expected the page to show its drawing pad.');
    const { mouse } = this.page;
    for (const [start, ...rest] of strokes) {
      const at = ([x, y]: readonly [number, number]): [number, number] => [
        box.x + x * box.width,
        box.y + y * box.height,
      ];
      await mouse.move(...at(start ?? [0, 0]));
      await mouse.down();
      for (const point of rest) await mouse.move(...at(point), { steps: 6 });
      await mouse.up();
    }
  }

  async clear(): Promise<void> {
    await this.page.click('#clear');
  }

  /** What the page shows; waits until it is what is expected, or time is over. */
  async expectText(id: string, pattern: RegExp): Promise<string> {
    const element = this.page.locator(`#${id}`, { hasText: pattern });
    await element.waitFor({ timeout: 10_000 });
    return (await element.textContent()) ?? '';
  }

  /** The boxes of a burst: how many digits are in each, and what it is called. */
  readBatches(): Promise<{ digits: number; title: string }[]> {
    return this.page
      .locator('#batches .batch')
      .evaluateAll((boxes: Box[]) =>
        boxes.map((box) => ({ digits: box.querySelectorAll('canvas').length, title: box.title })),
      );
  }

  /** How many pixels of a canvas are not black. */
  countInk(id: string): Promise<number> {
    return this.page.locator(`#${id}`).evaluate((canvas: Canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data).filter((value, index) => index % 4 === 0 && value > 0).length;
    });
  }
}

/** A circle, drawn from its top. */
export function circle(x: number, y: number, radiusX: number, radiusY: number): PenStroke {
  return Array.from({ length: 25 }, (_, step) => {
    const angle = (step / 24) * 2 * Math.PI - Math.PI / 2;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)] as const;
  });
}
