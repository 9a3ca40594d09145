/** Figures of lines, counts and images: SVG and PNG in Node, canvases in browsers. */
export type { AxesOptions } from "./axes.ts";
export { type AnyCanvas, Figure } from "./figure.ts";
export { hist, type HistOptions } from "./hist.ts";
export { imshow, type ImshowOptions, type Showable } from "./imshow.ts";
export { type Line, plot, type Plottable, type Values } from "./lines.ts";
