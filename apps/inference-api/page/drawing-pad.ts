import { surfaceOf } from './find.js';

/** As wide as MNIST's strokes are: about 2 of 20 pixels. */
const PEN_WIDTH = 22;

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

  private startStroke({ offsetX, offsetY }: PointerEvent): void {
    this.surface.strokeStyle = '#fff';
    this.surface.lineWidth = PEN_WIDTH;
    this.surface.lineCap = 'round';
    this.surface.lineJoin = 'round';
    this.surface.beginPath();
    this.surface.moveTo(offsetX, offsetY);
    this.surface.lineTo(offsetX, offsetY);
    this.surface.stroke();
  }

  private continueStroke({ offsetX, offsetY }: PointerEvent): void {
    this.surface.lineTo(offsetX, offsetY);
    this.surface.stroke();
  }
}
