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
  find('probabilities', HTMLElement).replaceChildren(
    ...probabilities.map((probability, candidate) => toBar(probability, candidate, candidate === digit)),
  );
  find('ride', HTMLElement).textContent =
    `Batch ${ride.batchId}, ${describeCompany(ride.batchSize - 1)}: ` +
    `waited ${ride.queueTimeMs} ms, the model took ${ride.processingTimeMs} ms.`;
}

/** Until there is an answer; one that there was stays until the next. */
export function showWaiting(): void {
  if (find('digit', HTMLElement).dataset['state'] === 'answered') return;
  find('confidence', HTMLElement).textContent = 'Waiting for the model.';
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

function describeCompany(others: number): string {
  if (others === 0) return 'alone';
  return others === 1 ? 'together with one other' : `together with ${others} others`;
}

function toBar(probability: number, digit: number, isBest: boolean): HTMLLIElement {
  const bar = document.createElement('li');
  bar.dataset['isBest'] = String(isBest);
  const meter = document.createElement('meter');
  meter.value = probability;
  meter.setAttribute('aria-label', `Probability of ${digit}`);
  const share = document.createElement('output');
  share.textContent = percent(probability);
  bar.append(String(digit), meter, share);
  return bar;
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
