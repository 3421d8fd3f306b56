import type { Rider } from './burst.js';
import { find } from './find.js';
import { paintPixels } from './paint-pixels.js';

/** A batch of so many has room for more than its size above it. */
const WIDE_BATCH = 6;

/** Shows who rode together: a box for each batch, with its digits; a wrong answer has a frame. */
export function showBatches(riders: readonly Rider[]): void {
  const batches = Map.groupBy(riders, ({ ride }) => ride.batchId);
  const correct = riders.filter(({ label, digit }) => label === digit).length;
  const largest = Math.max(...riders.map(({ ride }) => ride.batchSize));
  const mean = riders.length / batches.size;
  const count = batches.size === 1 ? '1 batch' : `${batches.size} batches`;
  find('burst-summary', HTMLElement).textContent =
    `${riders.length} digits rode in ${count}, ${mean.toFixed(1)} in the mean and ${largest} in ` +
    `the largest. ${correct} were recognized.`;
  const inOrder = [...batches.entries()].sort(([one], [other]) => one - other);
  find('batches', HTMLElement).replaceChildren(...inOrder.map(([batchId, group]) => toBox(batchId, group)));
}

/** Those of the last burst say nothing of the next, least of all if it fails. */
export function hideBatches(): void {
  find('burst-summary', HTMLElement).textContent = '';
  find('batches', HTMLElement).replaceChildren();
}

function toBox(batchId: number, riders: readonly Rider[]): HTMLElement {
  const { batchSize = 0, processingTimeMs = 0 } = riders[0]?.ride ?? {};
  const requests = batchSize === 1 ? '1 request' : `${batchSize} requests`;
  const box = document.createElement('div');
  box.className = 'batch';
  box.title = `Batch ${batchId}: ${requests}, ${processingTimeMs.toFixed(1)} ms`;
  const digits = document.createElement('div');
  digits.className = 'riders';
  digits.append(...riders.map(toThumbnail));
  box.append(batchSize >= WIDE_BATCH ? box.title : String(batchSize), digits);
  return box;
}

function toThumbnail({ label, digit, pixels }: Rider): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 28;
  canvas.height = 28;
  canvas.dataset['correct'] = String(label === digit);
  canvas.title = label === digit ? `${digit}` : `a ${label}, taken for a ${digit}`;
  paintPixels(canvas, pixels);
  return canvas;
}
