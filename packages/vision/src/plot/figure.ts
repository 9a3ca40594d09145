import { RuntimeError } from "@tt/core";
import { sharp } from "../io/native.ts";
import { element } from "./svg.ts";

/** What a figure draws on: a canvas of a page, or one that is not shown. */
export interface AnyCanvas {
  width: number;
  height: number;
  getContext(kind: "2d"): unknown;
}

interface FileModule {
  writeFileSync(path: string, data: string | Uint8Array): void;
}

function fileSystem(): FileModule {
  const host = (globalThis as { process?: { getBuiltinModule?(id: string): unknown } }).process;
  const found = host?.getBuiltinModule?.("node:fs");
  if (found === undefined) throw new RuntimeError("saving figures needs Node; draw() them on a canvas here");
  return found as FileModule;
}

/** A picture of data. Its text is SVG. */
export class Figure {
  readonly width: number;
  readonly height: number;
  /** The figure as an SVG document. */
  readonly svg: string;

  /** @param content - SVG elements */
  constructor(width: number, height: number, content: string) {
    this.width = width;
    this.height = height;
    const background = element("rect", { width, height, fill: "white" });
    this.svg = element(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width,
        height,
        viewBox: `0 0 ${width} ${height}`,
        "font-family": "sans-serif",
        "font-size": 12,
      },
      background + content,
    );
  }

  toString(): string {
    return this.svg;
  }

  /**
   * Writes the figure to a file, in Node; PNG needs the package `sharp`.
   * @param path - ends in .svg or .png
   * @param options - `scale`: pixels of a PNG to a unit of the figure
   * @throws RuntimeError for another ending, in browsers, and for PNG without `sharp`
   */
  async save(path: string, { scale = 2 }: { readonly scale?: number } = {}): Promise<void> {
    const files = fileSystem();
    if (/\.svg$/i.test(path)) files.writeFileSync(path, this.svg);
    else if (/\.png$/i.test(path)) files.writeFileSync(path, await this.png({ scale }));
    else throw new RuntimeError(`figures are saved as .svg or .png, not as ${path}`);
  }

  /** The bytes of a PNG file, by `sharp` in Node and by the browser elsewhere. */
  async png({ scale = 2 }: { readonly scale?: number } = {}): Promise<Uint8Array> {
    if (typeof document === "undefined") {
      const render = await sharp("PNG of figures");
      return Uint8Array.from(
        await render(new TextEncoder().encode(this.svg), { density: 72 * scale })
          .png()
          .toBuffer(),
      );
    }
    const canvas = new OffscreenCanvas(1, 1);
    await this.draw(canvas, { scale });
    return new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  }

  /**
   * Draws the figure on a canvas of a page, which becomes as large as the figure times `scale`, by default the pixels of the
   * screen to one of the page.
   * @throws RuntimeError where there is no page
   */
  async draw(
    canvas: AnyCanvas,
    { scale = globalThis.devicePixelRatio }: { readonly scale?: number } = {},
  ): Promise<void> {
    if (typeof document === "undefined")
      throw new RuntimeError("drawing on a canvas needs a page; save() the figure here");
    const picture = document.createElement("img");
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(this.svg)}`;
    await picture.decode();
    canvas.width = Math.round(this.width * scale);
    canvas.height = Math.round(this.height * scale);
    const drawing = canvas.getContext("2d") as CanvasRenderingContext2D | null;
    if (drawing === null) throw new RuntimeError("the canvas has no 2d context");
    drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  }
}
