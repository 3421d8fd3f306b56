import type { Answer, Ride } from './classify.js';
import { find } from './find.js';

export function showAnswer({
  digit,
  confidence,
  probabilities,
  ride,
}: Answer & { readonly ride: Ride }): void {
  const shown = find('digit', HTMLElement);
  shown.textContent = String(digit);
  shown.dataset['state'] = 'answered';
  find('confidence', HTMLElement).textContent = `${percent(confidence)} sure`;
  find('probabilities', HTMLElement).replaceChildren(...probabilities.map(toBar));
  find('ride', HTMLElement).textContent =
    `Batch ${ride.batchId}, ${ride.batchSize === 1 ? 'alone' : `together with ${ride.batchSize - 1} others`}: ` +
    `waited ${ride.queueTimeMs} ms, the model took ${ride.processingTimeMs} ms.`;
}

export function showFailure(error: unknown): void {
  showNothing();
  find('confidence', HTMLElement).textContent = error instanceof Error ? error.message : String(error);
}

export function showNothing(): void {
  const shown = find('digit', HTMLElement);
  shown.textContent = '?';
  shown.dataset['state'] = 'empty';
  find('confidence', HTMLElement).textContent = 'Nothing drawn yet.';
  find('probabilities', HTMLElement).replaceChildren();
  find('ride', HTMLElement).textContent = '';
}

function toBar(probability: number, digit: number): HTMLLIElement {
  const bar = document.createElement('li');
  const meter = document.createElement('meter');
  meter.value = probability;
  meter.setAttribute('aria-label', `Probability of ${digit}`);
  bar.append(String(digit), meter, percent(probability));
  return bar;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
