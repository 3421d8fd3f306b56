import { formatTick, linearScale, logScale, type Scale } from './scale.js';
import { element, picture, roundPx, text } from './svg.js';

/** How a line looks; the same in every panel, so that one legend serves all. */
export interface LineStyle {
  readonly name: string;
  readonly color: string;
  readonly widthPx: number;
  /** Lengths of dashes and gaps, as in SVG. Default: a solid line. */
  readonly dashes?: string;
}

export interface Axis {
  readonly label: string;
  readonly isLogarithmic: boolean;
  readonly least: number;
  /** What lies beyond is cut off. */
  readonly most: number;
}

export interface Panel {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Points by the name of their line, in order of x. */
  readonly lines: ReadonlyMap<string, readonly (readonly [x: number, y: number])[]>;
  /** A value of y to draw a thin line at, with what it means. */
  readonly mark?: { readonly y: number; readonly label: string };
}

const PANEL_WIDTH_PX = 460;
const PANEL_HEIGHT_PX = 290;
const LEGEND_ENTRY_PX = 132;
const HEADER_PX = 48;
const LEGEND_LINE_PX = 18;
const MARGIN = { left: 52, right: 16, top: 26, bottom: 40 };
const COLUMNS = 2;
const PLOT_WIDTH_PX = PANEL_WIDTH_PX - MARGIN.left - MARGIN.right;
const PLOT_HEIGHT_PX = PANEL_HEIGHT_PX - MARGIN.top - MARGIN.bottom;

/** Panels of line plots, two in a row, under one title and one legend. */
export function renderLinePlots(
  title: string,
  styles: readonly LineStyle[],
  panels: readonly Panel[],
): string {
  const widthPx = COLUMNS * PANEL_WIDTH_PX;
  const perLine = Math.floor((widthPx - MARGIN.left) / LEGEND_ENTRY_PX);
  const topPx = HEADER_PX + Math.ceil(styles.length / perLine) * LEGEND_LINE_PX;
  const heightPx = topPx + Math.ceil(panels.length / COLUMNS) * PANEL_HEIGHT_PX;
  return picture(widthPx, heightPx, title, [
    text(title, { x: MARGIN.left, y: 24, 'font-size': 14, 'font-weight': 600 }),
    ...styles.map((style, index) => renderLegendEntry(style, index, perLine)),
    ...panels.map((panel, index) => {
      const xPx = (index % COLUMNS) * PANEL_WIDTH_PX + MARGIN.left;
      const yPx = topPx + Math.floor(index / COLUMNS) * PANEL_HEIGHT_PX + MARGIN.top;
      return element('g', { transform: `translate(${xPx} ${yPx})` }, ...renderPanel(panel, styles, index));
    }),
  ]);
}

function renderLegendEntry(style: LineStyle, index: number, perLine: number): string {
  const xPx = MARGIN.left + (index % perLine) * LEGEND_ENTRY_PX;
  const yPx = HEADER_PX + Math.floor(index / perLine) * LEGEND_LINE_PX;
  return (
    element('path', { d: `M${xPx} ${yPx - 4}h22`, ...strokeOf(style) }) +
    text(style.name, { x: xPx + 28, y: yPx })
  );
}

function renderPanel(panel: Panel, styles: readonly LineStyle[], index: number): string[] {
  const x = scaleOf(panel.x);
  const y = scaleOf(panel.y);
  const clip = `panel${index}`;
  return [
    text(panel.title, { x: 0, y: -10, 'font-size': 12, 'font-weight': 600 }),
    element(
      'clipPath',
      { id: clip },
      element('rect', { width: PLOT_WIDTH_PX, height: PLOT_HEIGHT_PX, y: -1, x: -1 }),
    ),
    ...renderAxes(panel, x, y),
    ...renderMark(panel, y),
    element(
      'g',
      { 'clip-path': `url(#${clip})` },
      // Drawn from the last to the first, so that the first lies on top.
      ...styles.toReversed().flatMap((style) => {
        const points = panel.lines.get(style.name) ?? [];
        return points.length === 0 ? [] : [renderLine(points, style, x, y)];
      }),
    ),
  ];
}

function renderAxes(panel: Panel, x: Scale, y: Scale): string[] {
  const grid = { stroke: '#e4e4e4', 'stroke-width': 1, fill: 'none' };
  return [
    ...y.ticks.flatMap((tick) => {
      const yPx = upPx(y, tick);
      return [
        element('path', { d: `M0 ${roundPx(yPx)}H${PLOT_WIDTH_PX}`, ...grid }),
        text(formatTick(tick), { x: -6, y: yPx + 4, 'text-anchor': 'end' }),
      ];
    }),
    ...x.ticks.flatMap((tick) => {
      const xPx = x.place(tick) * PLOT_WIDTH_PX;
      return [
        element('path', { d: `M${roundPx(xPx)} 0V${PLOT_HEIGHT_PX}`, ...grid }),
        text(formatTick(tick), { x: xPx, y: PLOT_HEIGHT_PX + 15, 'text-anchor': 'middle' }),
      ];
    }),
    element('path', { d: `M0 0V${PLOT_HEIGHT_PX}H${PLOT_WIDTH_PX}`, stroke: '#888', fill: 'none' }),
    text(panel.x.label, { x: PLOT_WIDTH_PX / 2, y: PLOT_HEIGHT_PX + 32, 'text-anchor': 'middle' }),
    text(panel.y.label, { x: PLOT_WIDTH_PX, y: -10, 'text-anchor': 'end', fill: '#666' }),
  ];
}

function renderMark({ mark }: Panel, y: Scale): string[] {
  if (mark === undefined) return [];
  const yPx = upPx(y, mark.y);
  return [
    element('path', { d: `M0 ${roundPx(yPx)}H${PLOT_WIDTH_PX}`, stroke: '#666', 'stroke-dasharray': '2 3' }),
    text(mark.label, { x: 4, y: yPx - 4, fill: '#666' }),
  ];
}

function renderLine(
  points: Iterable<readonly [number, number]>,
  style: LineStyle,
  x: Scale,
  y: Scale,
): string {
  const path = [...points]
    .map(([atX, atY]) => `${roundPx(x.place(atX) * PLOT_WIDTH_PX)} ${roundPx(upPx(y, atY))}`)
    .join('L');
  return element('path', { d: `M${path}`, ...strokeOf(style) });
}

function strokeOf({ color, widthPx, dashes }: LineStyle): Record<string, string | number> {
  const stroke = { stroke: color, 'stroke-width': widthPx, 'stroke-linejoin': 'round', fill: 'none' };
  return dashes === undefined ? stroke : { ...stroke, 'stroke-dasharray': dashes };
}

/** Pictures count downwards. Far outside is as good as anywhere outside. */
function upPx(y: Scale, value: number): number {
  return PLOT_HEIGHT_PX * Math.min(2, Math.max(-1, 1 - y.place(value)));
}

function scaleOf({ isLogarithmic, least, most }: Axis): Scale {
  return isLogarithmic ? logScale(least, most) : linearScale(least, most);
}
