import { surfaceOf } from './find.js';

/** As wide as MNIST's strokes are: about 2 of 20 pixels. */
const PEN_WIDTH = 22;
const SHORTEST_LINE = 0.01;

/** A canvas that a person draws on, white on black, with mouse, pen or finger. */
export class DrawingPad {
  private readonly surface: CanvasRenderingContext2D;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    onStrokeEnd: () => void,
  ) {
    this.surface = surfaceOf(canvas);
    this.clear();
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.startStroke(event);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.continueStroke(event);
    });
    canvas.addEventListener('lostpointercapture', onStrokeEnd);
  }

  clear(): void {
    this.surface.fillStyle = '#000';
    this.surface.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** The drawing as one value per pixel: 0 background to 255 ink. */
  readInk(): { width: number; height: number; data: Uint8Array } {
    const { width, height, data } = this.surface.getImageData(0, 0, this.canvas.width, this.canvas.height);
    return {
      width,
      height,
      data: Uint8Array.from({ length: width * height }, (_, pixel) => data[4 * pixel] ?? 0),
    };
  }

  private startStroke(event: PointerEvent): void {
    const { x, y } = this.pointOf(event);
    this.surface.strokeStyle = '#fff';
    this.surface.lineWidth = PEN_WIDTH;
    this.surface.lineCap = 'round';
    this.surface.lineJoin = 'round';
    this.surface.beginPath();
    this.surface.moveTo(x, y);
    // Of no length at all it would not be painted, and a pen that only touches the paper leaves a dot.
    this.surface.lineTo(x + SHORTEST_LINE, y);
    this.surface.stroke();
  }

  /** A quick hand makes several moves between two frames; most browsers report them together. */
  private continueStroke(event: PointerEvent): void {
    const moves = 'getCoalescedEvents' in event ? event.getCoalescedEvents() : [];
    for (const move of moves.length === 0 ? [event] : moves) {
      const { x, y } = this.pointOf(move);
      this.surface.lineTo(x, y);
    }
    this.surface.stroke();
  }

  /** The page may show the canvas larger or smaller than it is. */
  private pointOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return {
      x: ((clientX - left) * this.canvas.width) / width,
      y: ((clientY - top) * this.canvas.height) / height,
    };
  }
}
