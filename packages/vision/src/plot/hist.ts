import { ValueError } from "@tt/core";
import { axes, type AxesOptions, boundsOf, colorOf } from "./axes.ts";
import type { Figure } from "./figure.ts";
import { numbersOf, type Values } from "./lines.ts";
import { element } from "./svg.ts";

export interface HistOptions extends Omit<AxesOptions, "xscale" | "yscale"> {
  /** How many, all of one width. */
  readonly bins?: number;
  /** What the bins cover; the values' bounds by default. Values outside are not counted. */
  readonly range?: readonly [number, number];
  /** Areas of sum 1 instead of counts. */
  readonly density?: boolean;
  readonly color?: string;
}

/**
 * Draws how often values fall into bins of one width; the last bin has its upper bound in it, as NumPy's.
 *
 * @throws ValueError for no bins
 * @example
 * ```ts
 * import { randn } from "@tt/core";
 * import { hist } from "@tt/vision/plot";
 * hist(randn(1000), { bins: 30, title: "weights" }).width; // 640
 * ```
 */
export function hist(data: Values, options: HistOptions = {}): Figure {
  const { bins = 10, density = false, color = colorOf(0) } = options;
  if (!(bins >= 1)) throw new ValueError("`bins` must be positive, when an integer");
  const values = numbersOf(data);
  const [low, high] = options.range ?? boundsOf(values);
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (value >= low && value <= high)
      counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]! += 1;
  }
  const step = (high - low) / bins;
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const heights = density ? counts.map((count) => count / total / step) : counts;
  const top = Math.max(...heights) || 1;
  const draw = (x: (value: number) => number, y: (value: number) => number): string =>
    heights
      .map((height, i) => {
        const [left, right] = [x(low + i * step), x(low + (i + 1) * step)];
        const floor = y(0);
        const box = { x: left, width: right - left, y: y(height), height: Math.max(0, floor - y(height)) };
        return height === 0 ? "" : element("rect", { ...box, fill: color, stroke: "white", "stroke-width": 0.5 });
      })
      .join("");
  return axes({ x: [low, high], y: [0, top], entries: [], draw }, { ylim: [0, top * 1.05], ...options });
}
