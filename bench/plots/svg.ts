/** Attributes of an element; numbers are rounded as `roundPx` does. */
export type SvgAttributes = Readonly<Record<string, string | number>>;

/** One element with what it holds, which must be well-formed SVG already. */
export function element(name: string, attributes: SvgAttributes, ...content: readonly string[]): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}="${escapeText(shorten(value))}"`);
  const opening = [name, ...pairs].join(' ');
  return content.length === 0 ? `<${opening}/>` : `<${opening}>${content.join('')}</${name}>`;
}

/** A line of text; x and y are those of its baseline. */
export function text(content: string, attributes: SvgAttributes): string {
  return element('text', attributes, escapeText(content));
}

/** A whole picture on a white ground. */
export function picture(
  widthPx: number,
  heightPx: number,
  label: string,
  content: readonly string[],
): string {
  const drawing = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${widthPx} ${heightPx}`,
      width: widthPx,
      height: heightPx,
      role: 'img',
      'aria-label': label,
      'font-family': 'system-ui, sans-serif',
      'font-size': 11,
      fill: '#333',
    },
    '\n',
    element('rect', { width: widthPx, height: heightPx, fill: '#fff' }),
    '\n',
    content.join('\n'),
    '\n',
  );
  return `${drawing}\n`;
}

function shorten(value: string | number): string {
  return typeof value === 'number' ? String(roundPx(value)) : value;
}

/** To what an eye can tell. */
export function roundPx(px: number): number {
  return Math.round(px * 10) / 10;
}

function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
