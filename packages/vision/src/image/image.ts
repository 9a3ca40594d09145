import { ValueError } from "@tt/core";

/** Channels by mode, named as Pillow names them. */
const CHANNELS = { L: 1, LA: 2, RGB: 3, RGBA: 4 } as const;

export type ImageMode = keyof typeof CHANNELS;

/**
 * A picture: bytes in rows from the top, pixels from the left, channels side by side.
 * @example
 * ```ts
 * import { Image } from "@tt/vision";
 * String(new Image(new Uint8Array(12), 2, 2, "RGB")); // "<Image mode=RGB size=2x2>"
 * ```
 */
export class Image {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly mode: ImageMode;

  /**
   * @param data - `width * height` pixels
   * @throws ValueError when there are more or fewer bytes
   */
  constructor(data: Uint8Array, width: number, height: number, mode: ImageMode = "L") {
    const wanted = width * height * CHANNELS[mode];
    if (data.length !== wanted) {
      throw new ValueError(
        `an image of mode ${mode} and size ${width}x${height} has ${wanted} bytes, not ${data.length}`,
      );
    }
    this.data = data;
    this.width = width;
    this.height = height;
    this.mode = mode;
  }

  /** Width and height. */
  get size(): readonly [number, number] {
    return [this.width, this.height];
  }

  /** Bytes of a pixel. */
  get channels(): number {
    return CHANNELS[this.mode];
  }

  toString(): string {
    return `<Image mode=${this.mode} size=${this.width}x${this.height}>`;
  }
}
