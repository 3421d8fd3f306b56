import type { Rider } from './burst.js';
import { find } from './find.js';
import { paintPixels } from './paint-pixels.js';

/** Shows who rode together: a row for each batch, with its digits; a wrong answer has a frame. */
export function showBatches(riders: readonly Rider[]): void {
  const batches = Map.groupBy(riders, ({ ride }) => ride.batchId);
  const correct = riders.filter(({ label, digit }) => label === digit).length;
  const largest = Math.max(...riders.map(({ ride }) => ride.batchSize));
  find('burst-summary', HTMLElement).textContent =
    `${riders.length} digits rode in ${batches.size} batches, the largest of ${largest}. ` +
    `${correct} were recognized.`;
  const inOrder = [...batches.entries()].sort(([one], [other]) => one - other);
  find('batches', HTMLElement).replaceChildren(...inOrder.map(([batchId, group]) => toRow(batchId, group)));
}

function toRow(batchId: number, riders: readonly Rider[]): HTMLElement {
  const row = document.createElement('div');
  row.className = 'batch';
  const title = document.createElement('span');
  const [first] = riders;
  title.textContent = `Batch ${batchId}: ${first?.ride.batchSize ?? 0} requests, ${first?.ride.processingTimeMs.toFixed(1) ?? 0} ms`;
  const digits = document.createElement('div');
  digits.className = 'riders';
  digits.append(...riders.map(toThumbnail));
  row.append(title, digits);
  return row;
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
