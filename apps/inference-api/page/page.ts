import { sendAsRequests, sendTogether, type SendBurst } from './burst.js';
import { hideBatches, showBatches } from './batches-view.js';
import { classify } from './classify.js';
import { DrawingPad } from './drawing-pad.js';
import { find } from './find.js';
import { paintPixels } from './paint-pixels.js';
import { showAnswer, showFailure, showNothing, showWaiting } from './answer-view.js';
import { centerDigit } from '../digit-image/center-digit.js';

/** Counts what was drawn and cleared: an answer that comes late must not replace what came after it. */
let lastChange = 0;

const preview = find('preview', HTMLCanvasElement);
const pad = new DrawingPad(find('drawing', HTMLCanvasElement), () => void recognize());

find('clear', HTMLButtonElement).addEventListener('click', () => {
  lastChange += 1;
  pad.clear();
  paintPixels(preview, []);
  showNothing();
});
find('burst', HTMLButtonElement).addEventListener('click', () => void burst(sendAsRequests));
find('burst-together', HTMLButtonElement).addEventListener('click', () => void burst(sendTogether));

async function recognize(): Promise<void> {
  lastChange += 1;
  const thisChange = lastChange;
  const pixels = Array.from(centerDigit(pad.readInk()));
  paintPixels(preview, pixels);
  showWaiting();
  try {
    const answer = await classify(pixels);
    if (thisChange === lastChange) showAnswer(answer);
  } catch (error) {
    if (thisChange === lastChange) showFailure(error);
  }
}

async function burst(send: SendBurst): Promise<void> {
  const buttons = [find('burst', HTMLButtonElement), find('burst-together', HTMLButtonElement)];
  const progress = find('burst-progress', HTMLProgressElement);
  buttons.forEach((button) => (button.disabled = true));
  progress.value = 0;
  hideBatches();
  progress.hidden = false;
  try {
    // Drawing the digits takes a moment, in which nothing could appear.
    await nextFrame();
    showBatches(await send((done) => (progress.value = done)));
  } catch (error) {
    find('burst-summary', HTMLElement).textContent = error instanceof Error ? error.message : String(error);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    progress.hidden = true;
  }
}

/** Resolves when the browser has shown what has been changed so far. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
