/** A point in the square that a digit is drawn in: x from 0 (left) to 1, y from 0 (top) to 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What the pen draws without leaving the paper. */
export type Stroke = readonly Point[];

/** For each digit 0–9 the ways in which people write it, each a list of strokes. */
export const digitSkeletons: readonly (readonly (readonly Stroke[])[])[] = [
  // 0: round, slim, and closed with a little overlap
  [
    [arc(0.5, 0.5, 0.33, 0.5, -80, -440)],
    [arc(0.5, 0.5, 0.26, 0.5, -70, -430)],
    [arc(0.5, 0.5, 0.36, 0.48, -110, -485)],
  ],
  // 1: a bare stroke, and one with a flag
  [
    [line(0.5, 0, 0.5, 1)],
    [line(0.52, 0, 0.48, 1)],
    [join(line(0.34, 0.2, 0.54, 0), line(0.54, 0, 0.52, 1))],
  ],
  // 2: with a sharp foot, and with a loop in it
  [
    [
      join(
        arc(0.48, 0.29, 0.32, 0.29, 190, 380),
        curve(0.78, 0.39, 0.62, 0.68, 0.14, 0.98),
        line(0.14, 0.98, 0.86, 0.96),
      ),
    ],
    [
      join(
        arc(0.47, 0.28, 0.31, 0.28, 200, 390),
        curve(0.74, 0.42, 0.52, 0.8, 0.24, 0.97),
        arc(0.24, 0.86, 0.13, 0.1, 90, 290),
        curve(0.3, 0.77, 0.55, 1, 0.9, 0.93),
      ),
    ],
    [
      join(
        arc(0.48, 0.27, 0.29, 0.27, 185, 375),
        curve(0.76, 0.34, 0.7, 0.6, 0.16, 0.96),
        curve(0.16, 0.96, 0.5, 0.9, 0.84, 1),
      ),
    ],
  ],
  // 3: two bows, and one with a flat top
  [
    [join(arc(0.45, 0.25, 0.3, 0.25, 200, 440), arc(0.44, 0.735, 0.36, 0.265, -80, 150))],
    [join(arc(0.46, 0.24, 0.27, 0.24, 210, 430), arc(0.45, 0.72, 0.33, 0.28, -70, 160))],
    [join(line(0.18, 0.03, 0.74, 0.02), line(0.74, 0.02, 0.44, 0.4), arc(0.42, 0.69, 0.36, 0.3, -85, 150))],
  ],
  // 4: open at the top, and closed like in print
  [
    [join(line(0.26, 0.02, 0.16, 0.52), line(0.16, 0.52, 0.86, 0.52)), line(0.7, 0.05, 0.66, 1)],
    [join(curve(0.22, 0.05, 0.1, 0.58, 0.3, 0.56), line(0.3, 0.56, 0.82, 0.48)), line(0.74, 0.02, 0.66, 1)],
    [join(line(0.62, 0, 0.12, 0.64), line(0.12, 0.64, 0.9, 0.63)), line(0.64, 0, 0.64, 1)],
  ],
  // 5: with the roof as a stroke of its own, and in one go
  [
    [join(line(0.3, 0.04, 0.26, 0.44), arc(0.44, 0.69, 0.34, 0.3, -125, 145)), line(0.3, 0.04, 0.82, 0.02)],
    [join(line(0.8, 0.02, 0.32, 0.04), line(0.32, 0.04, 0.26, 0.46), arc(0.44, 0.7, 0.34, 0.29, -125, 150))],
  ],
  // 6: a bow that ends in a loop
  [
    [join(curve(0.66, 0, 0.2, 0.24, 0.2, 0.68), arc(0.49, 0.7, 0.29, 0.29, -180, -545))],
    [join(curve(0.5, 0, 0.22, 0.3, 0.22, 0.7), arc(0.48, 0.74, 0.26, 0.25, -180, -560))],
    [join(curve(0.78, 0.04, 0.16, 0.12, 0.18, 0.66), arc(0.49, 0.7, 0.31, 0.28, -180, -535))],
  ],
  // 7: plain, rounded, and with a bar
  [
    [join(line(0.14, 0.05, 0.82, 0.03), line(0.82, 0.03, 0.4, 1))],
    [join(line(0.16, 0.06, 0.82, 0.03), curve(0.82, 0.03, 0.52, 0.45, 0.44, 1))],
    [join(line(0.14, 0.04, 0.82, 0.04), line(0.82, 0.04, 0.38, 1)), line(0.36, 0.52, 0.76, 0.49)],
    [join(line(0.16, 0.2, 0.17, 0.05), line(0.17, 0.05, 0.82, 0.04), curve(0.82, 0.04, 0.6, 0.45, 0.46, 1))],
  ],
  // 8: one crossing line, and two circles
  [
    [
      join(
        arc(0.5, 0.25, 0.27, 0.25, -20, -270),
        arc(0.5, 0.75, 0.31, 0.25, -90, 270),
        arc(0.5, 0.25, 0.27, 0.25, 90, -20),
      ),
    ],
    [arc(0.5, 0.24, 0.25, 0.24, -90, 275), arc(0.5, 0.74, 0.31, 0.26, -90, 275)],
    [
      join(
        curve(0.76, 0.14, 0.46, -0.12, 0.26, 0.16),
        curve(0.26, 0.16, 0.22, 0.36, 0.5, 0.48),
        curve(0.5, 0.48, 0.94, 0.68, 0.7, 0.92),
        curve(0.7, 0.92, 0.36, 1.1, 0.22, 0.84),
        curve(0.22, 0.84, 0.2, 0.66, 0.5, 0.48),
        curve(0.5, 0.48, 0.76, 0.36, 0.76, 0.14),
      ),
    ],
  ],
  // 9: a loop with a straight, slanted or bowed stem
  [
    [join(arc(0.48, 0.29, 0.29, 0.28, -20, -380), line(0.75, 0.2, 0.7, 1))],
    [join(arc(0.48, 0.28, 0.28, 0.27, -30, -385), curve(0.74, 0.16, 0.72, 0.6, 0.5, 1))],
    [join(arc(0.5, 0.28, 0.3, 0.27, -10, -370), curve(0.8, 0.24, 0.86, 1.06, 0.3, 0.96))],
  ],
];

/** Part of an ellipse; degrees run clockwise from the right, and backwards where `toDegrees` is the lesser. */
function arc(
  centerX: number,
  centerY: number,
  radiusX: number,
  radiusY: number,
  fromDegrees: number,
  toDegrees: number,
): Stroke {
  const steps = Math.ceil(Math.abs(toDegrees - fromDegrees) / 12);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = ((fromDegrees + ((toDegrees - fromDegrees) * step) / steps) * Math.PI) / 180;
    return { x: centerX + radiusX * Math.cos(angle), y: centerY + radiusY * Math.sin(angle) };
  });
}

/** A quadratic Bézier curve from the first to the last point, drawn towards the one between. */
function curve(x0: number, y0: number, x1: number, y1: number, x2: number, y2: number): Stroke {
  const steps = 16;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const t = step / steps;
    const [start, pull, end] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    return { x: start * x0 + pull * x1 + end * x2, y: start * y0 + pull * y1 + end * y2 };
  });
}

/** Has points along the way, so that a wobble can bend it. */
function line(fromX: number, fromY: number, toX: number, toY: number): Stroke {
  const steps = 8;
  return Array.from({ length: steps + 1 }, (_, step) => ({
    x: fromX + ((toX - fromX) * step) / steps,
    y: fromY + ((toY - fromY) * step) / steps,
  }));
}

function join(...parts: readonly Stroke[]): Stroke {
  return parts.flat();
}
