/** The element of this id. The page's HTML and its scripts belong together, so a missing one is a mistake. */
export function find<TElement extends HTMLElement>(id: string, type: new () => TElement): TElement {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} with the id "${id}".`);
  return element;
}

/** The canvas's surface to draw on. */
export function surfaceOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const surface = canvas.getContext('2d', { willReadFrequently: true });
  if (surface === null) throw new Error('This browser cannot draw on a canvas.');
  return surface;
}
