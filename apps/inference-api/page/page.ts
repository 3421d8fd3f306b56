import { sendAsRequests, sendTogether, type SendBurst } from './burst.js';
import { showBatches } from './batches-view.js';
import { classify } from './classify.js';
import { DrawingPad } from './drawing-pad.js';
import { find } from './find.js';
import { paintPixels } from './paint-pixels.js';
import { showAnswer, showFailure, showNothing } from './answer-view.js';
import { centerDigit } from '../digit-image/center-digit.js';

const preview = find('preview', HTMLCanvasElement);
const pad = new DrawingPad(find('drawing', HTMLCanvasElement), () => void recognize());

find('clear', HTMLButtonElement).addEventListener('click', () => {
  pad.clear();
  paintPixels(preview, []);
  showNothing();
});
find('burst', HTMLButtonElement).addEventListener('click', () => void burst(sendAsRequests));
find('burst-together', HTMLButtonElement).addEventListener('click', () => void burst(sendTogether));

async function recognize(): Promise<void> {
  const pixels = Array.from(centerDigit(pad.readInk()));
  paintPixels(preview, pixels);
  try {
    showAnswer(await classify(pixels));
  } catch (error) {
    showFailure(error);
  }
}

async function burst(send: SendBurst): Promise<void> {
  const buttons = [find('burst', HTMLButtonElement), find('burst-together', HTMLButtonElement)];
  const progress = find('burst-progress', HTMLProgressElement);
  buttons.forEach((button) => (button.disabled = true));
  progress.hidden = false;
  try {
    showBatches(await send((done) => (progress.value = done)));
  } catch (error) {
    find('burst-summary', HTMLElement).textContent = error instanceof Error ? error.message : String(error);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
    progress.hidden = true;
  }
}
