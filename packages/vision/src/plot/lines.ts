import { Tensor, ValueError } from "@tt/core";
import { line as path } from "d3-shape";
import { axes, type AxesOptions, boundsOf, colorOf } from "./axes.ts";
import type { Figure } from "./figure.ts";
import { element } from "./svg.ts";

/** Numbers: a tensor, or a list. */
export type Values = Tensor | ArrayLike<number>;

/** A line of a diagram. */
export interface Line {
  /** 0, 1, 2, ... by default. */
  readonly x?: Values;
  readonly y: Values;
  readonly label?: string;
  readonly color?: string;
  /** Lengths of dashes and gaps: "6 3". */
  readonly dash?: string;
}

/** Numbers of the values, in order. */
export function numbersOf(values: Values): number[] {
  return values instanceof Tensor
    ? (values.detach().to("cpu").double().flatten().tolist() as number[])
    : Array.from(values, Number);
}

const isValues = (data: unknown): data is Values =>
  data instanceof Tensor ||
  ArrayBuffer.isView(data) ||
  (Array.isArray(data) && data.every((value) => typeof value === "number"));

const isLine = (data: object): data is Line => !Array.isArray(data) && "y" in data && isValues(data.y);

/** What {@link plot} draws: numbers, a line, several, or lines by their names in the legend. */
export type Plottable = Values | Line | readonly (Values | Line)[] | Readonly<Record<string, Values | Line>>;

function linesOf(data: Plottable): Line[] {
  if (isValues(data)) return [{ y: data }];
  if (isLine(data)) return [data];
  const lineOf = (one: Values | Line): Line => (isValues(one) ? { y: one } : one);
  if (Array.isArray(data)) return (data as readonly (Values | Line)[]).map(lineOf);
  return Object.entries(data as Record<string, Values | Line>).map(([label, one]) => ({ label, ...lineOf(one) }));
}

/**
 * Draws lines, such as the losses of a training. Values that are not finite leave gaps.
 *
 * @throws ValueError for a line with other numbers of places than values
 * @example
 * ```ts
 * import { plot } from "@tt/vision/plot";
 * const figure = plot({ train: [2.3, 1.1, 0.6], test: [2.2, 1.3, 0.9] }, { title: "Loss", xlabel: "epoch" });
 * figure.svg.startsWith("<svg"); // true; await figure.save("loss.svg"), or figure.draw(canvas) in a page
 * ```
 */
export function plot(data: Plottable, options: AxesOptions = {}): Figure {
  const lines = linesOf(data).map(({ x, y, label = "", color, dash = null }, i) => {
    const values = numbersOf(y);
    const places = x === undefined ? values.map((_, k) => k) : numbersOf(x);
    if (places.length !== values.length) {
      throw new ValueError(
        `x and y must have same first dimension, but have shapes (${places.length},) and (${values.length},)`,
      );
    }
    return { places, values, label, color: color ?? colorOf(i), dash };
  });
  const [logX, logY] = [options.xscale === "log", options.yscale === "log"];
  const drawable = (value: number, log: boolean): boolean => Number.isFinite(value) && (!log || value > 0);
  return axes(
    {
      x: boundsOf(
        lines.flatMap(({ places }) => places),
        logX,
      ),
      y: boundsOf(
        lines.flatMap(({ values }) => values),
        logY,
      ),
      entries: lines,
      draw: (x, y) =>
        lines
          .map(({ places, values, color, dash }) => {
            const points = values.map((value, i) => [places[i]!, value] as const);
            const d = path<readonly [number, number]>()
              .defined(([px, py]) => drawable(px, logX) && drawable(py, logY))
              .x(([px]) => x(px))
              .y(([, py]) => y(py))(points);
            const stroke = {
              stroke: color,
              "stroke-width": 1.75,
              "stroke-linejoin": "round",
              "stroke-dasharray": dash,
            };
            return element("path", { d: d ?? "", fill: "none", ...stroke });
          })
          .join(""),
    },
    options,
  );
}
