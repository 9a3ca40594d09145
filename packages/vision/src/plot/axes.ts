/** The frame of a diagram: scales, ticks, labels and the legend. */
import { scaleLinear, scaleLog } from "d3-scale";
import { Figure } from "./figure.ts";
import { element, text } from "./svg.ts";

export interface AxesOptions {
  readonly title?: string;
  readonly xlabel?: string;
  readonly ylabel?: string;
  readonly xscale?: "linear" | "log";
  readonly yscale?: "linear" | "log";
  /** Bounds of the axes; those of the data by default. */
  readonly xlim?: readonly [number, number];
  readonly ylim?: readonly [number, number];
  readonly width?: number;
  readonly height?: number;
  readonly grid?: boolean;
  readonly legend?: boolean;
}

/** Where a value stands in the figure. */
export type Scale = (value: number) => number;

export interface Entry {
  readonly label: string;
  readonly color: string;
  readonly dash: string | null;
}

export interface Content {
  /** Least and largest values. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly entries: readonly Entry[];
  draw(x: Scale, y: Scale): string;
}

const INK = "#333333";

/** matplotlib's colours, in its order. */
const COLORS = [
  "#1f77b4",
  "#ff7f0e",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#bcbd22",
  "#17becf",
] as const;

export const colorOf = (place: number): string => COLORS[place % COLORS.length]!;

/** The bounds of values, as far as they can be drawn. */
export function boundsOf(values: Iterable<number>, log = false): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (low < high) return [low, high];
  return log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
}

interface Axis {
  readonly at: Scale;
  readonly ticks: readonly { readonly place: number; readonly label: string }[];
}

function axis(kind: "linear" | "log", bounds: readonly [number, number], range: [number, number], count: number): Axis {
  const scale = (kind === "log" ? scaleLog() : scaleLinear()).domain(bounds).range(range);
  const format = kind === "log" ? scale.tickFormat(count, "~g") : scale.tickFormat(count);
  return {
    at: (value) => scale(value),
    ticks: scale.ticks(count).map((value) => ({ place: scale(value), label: format(value) })),
  };
}

/** Room at an axis's ends, so that lines do not touch the frame. */
function widened([low, high]: readonly [number, number], log: boolean): [number, number] {
  if (log) {
    const factor = (high / low) ** 0.04;
    return [low / factor, high * factor];
  }
  const room = (high - low) * 0.04;
  return [low - room, high + room];
}

function legend(entries: readonly Entry[], right: number, top: number): string {
  const shown = entries.filter(({ label }) => label !== "");
  if (shown.length === 0) return "";
  const width = 44 + 6.6 * Math.max(...shown.map(({ label }) => label.length));
  const [x, y] = [right - width - 8, top + 8];
  const frame = {
    x,
    y,
    width,
    height: 18 * shown.length + 6,
    fill: "white",
    "fill-opacity": 0.8,
    stroke: "#cccccc",
    rx: 3,
  };
  const rows = shown.map(({ label, color, dash }, i) => {
    const middle = y + 12 + 18 * i;
    const sample = { x1: x + 8, x2: x + 30, y1: middle, y2: middle, stroke: color, "stroke-width": 2 };
    return element("line", { ...sample, "stroke-dasharray": dash }) + text(x + 36, middle + 4, label, { fill: INK });
  });
  return element("g", { class: "legend" }, element("rect", frame) + rows.join(""));
}

/** A figure of one diagram. */
export function axes(content: Content, options: AxesOptions): Figure {
  const { width = 640, height = 400, title = "", xlabel = "", ylabel = "", grid = true } = options;
  const { xscale = "linear", yscale = "linear" } = options;
  const [left, right, top, bottom] = [64, width - 16, title === "" ? 16 : 36, height - (xlabel === "" ? 28 : 46)];
  const across = axis(xscale, options.xlim ?? widened(content.x, xscale === "log"), [left, right], width / 80);
  const up = axis(yscale, options.ylim ?? widened(content.y, yscale === "log"), [bottom, top], height / 50);
  const rule = { stroke: grid ? "#e5e5e5" : "none" };
  const ticks =
    across.ticks
      .map(
        ({ place, label }) =>
          element("line", { x1: place, x2: place, y1: top, y2: bottom, ...rule }) +
          text(place, bottom + 16, label, { "text-anchor": "middle", fill: INK }),
      )
      .join("") +
    up.ticks
      .map(
        ({ place, label }) =>
          element("line", { x1: left, x2: right, y1: place, y2: place, ...rule }) +
          text(left - 6, place + 4, label, { "text-anchor": "end", fill: INK }),
      )
      .join("");
  const inside = { x: left, y: top, width: right - left, height: bottom - top };
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const centred = { "text-anchor": "middle", fill: INK };
  const lines = content.draw(across.at, up.at);
  return new Figure(
    width,
    height,
    [
      ticks,
      // A document of its own cuts off what lies outside, without a name that two figures of a page would share.
      element("svg", { ...inside, viewBox: `${left} ${top} ${inside.width} ${inside.height}` }, lines),
      element("rect", { ...inside, fill: "none", stroke: INK }),
      text(middle.x, 22, title, { ...centred, "font-size": 15 }),
      text(middle.x, height - 10, xlabel, centred),
      text(14, middle.y, ylabel, { ...centred, transform: `rotate(-90 14 ${middle.y})` }),
      (options.legend ?? true) ? legend(content.entries, right, top) : "",
    ].join(""),
  );
}
