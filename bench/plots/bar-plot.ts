import { formatTick, linearScale } from './scale.js';
import { element, picture, text } from './svg.js';

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly color: string;
}

const WIDTH_PX = 760;
const BAR_PX = 24;
const LABELS_PX = 270;
const TOP_PX = 44;
const BOTTOM_PX = 40;
const SPACE_PX = 60;

/** Bars that lie, one below the other, from 0. */
export function renderBarPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const scale = linearScale(0, most);
  const plotPx = WIDTH_PX - LABELS_PX - SPACE_PX;
  const bottomPx = TOP_PX + bars.length * BAR_PX;
  return picture(WIDTH_PX, bottomPx + BOTTOM_PX, title, [
    text(title, { x: 12, y: 24, 'font-size': 14, 'font-weight': 600 }),
    ...scale.ticks.flatMap((tick) => {
      const xPx = LABELS_PX + scale.place(tick) * plotPx;
      return [
        element('line', { x1: xPx, x2: xPx, y1: TOP_PX, y2: bottomPx, stroke: '#e4e4e4' }),
        text(formatTick(tick), { x: xPx, y: bottomPx + 15, 'text-anchor': 'middle' }),
      ];
    }),
    ...bars.flatMap(({ label, value, color }, index) => {
      const yPx = TOP_PX + index * BAR_PX;
      const widthPx = scale.place(value) * plotPx;
      return [
        text(label, { x: LABELS_PX - 8, y: yPx + 16, 'text-anchor': 'end' }),
        element('rect', { x: LABELS_PX, y: yPx + 4, width: widthPx, height: BAR_PX - 8, fill: color }),
        text(formatTick(value), { x: LABELS_PX + widthPx + 6, y: yPx + 16 }),
      ];
    }),
    text(unit, { x: LABELS_PX + plotPx / 2, y: bottomPx + 32, 'text-anchor': 'middle' }),
  ]);
}
