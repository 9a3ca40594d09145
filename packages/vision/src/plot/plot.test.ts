import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arange, rand, tensor, uint8 } from "@tt/core";
import { describe, expect, it } from "vitest";
import { decode_png } from "../io/index.ts";
import { hist, imshow, plot } from "./index.ts";

/** The attribute of every element that has it. */
const attributes = (svg: string, element: string, name: string): string[] =>
  [...svg.matchAll(new RegExp(`<${element} [^>]*?\\b${name}="([^"]*)"`, "g"))].map((match) => match[1]!);
const texts = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map((match) => match[1]!);
const labels = { title: "Loss & more", xlabel: "epoch", ylabel: "loss" };

describe("plot", () => {
  it("draws lines by their names, with a legend, labels and ticks", () => {
    const { svg } = plot({ train: tensor([4, 2, 1]), test: [4, 3, 2.5] }, labels);
    expect(attributes(svg, "path", "stroke")).toEqual(["#1f77b4", "#ff7f0e"]);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(["train", "test", "Loss &amp; more", "epoch", "loss", "0.0", "2.0"]),
    );
    const places = attributes(svg, "path", "d").map((d) =>
      d
        .slice(1)
        .split("L")
        .map((point) => point.split(",").map(Number)),
    );
    const [x, y] = [0, 1].map((axis) => places[0]!.map((point) => point[axis]!)) as [number[], number[]];
    // Places are even, values twice as far apart are twice as far apart, and up is less.
    expect(x[1]! - x[0]!).toBeCloseTo(x[2]! - x[1]!, 1);
    expect((y[1]! - y[0]!) / (y[2]! - y[1]!)).toBeCloseTo(2, 1);
    expect(places[1]![0]).toEqual(places[0]![0]);
  });

  it("takes places, logarithmic axes and bounds; leaves gaps for what is not finite", () => {
    const { svg } = plot([{ x: [1, 10, 100, 1000], y: [1, 10, Number.NaN, 1000] }, new Float32Array([1, 2])], {
      xscale: "log",
      yscale: "log",
      xlim: [1, 1000],
      ylim: [1, 1000],
    });
    const [d] = attributes(svg, "path", "d");
    expect(d!.match(/M/g)).toHaveLength(2);
    const [start, end] = [/^M([\d.]+),([\d.]+)/.exec(d!)!, /M([\d.]+),([\d.]+)Z?$/.exec(d!)!];
    const [corner, box] = [start.slice(1, 3).map(Number), end.slice(1, 3).map(Number)];
    expect([corner[0], box[1]]).toEqual([64, 16]);
    expect(() => plot({ x: [1], y: [1, 2] })).toThrow("x and y must have same first dimension");
  });

  it("is saved as SVG and PNG", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tt-plot-"));
    try {
      const figure = plot(arange(10), { width: 200, height: 100 });
      await figure.save(join(folder, "line.svg"));
      expect(await readFile(join(folder, "line.svg"), "utf8")).toBe(String(figure));
      await figure.save(join(folder, "line.png"), { scale: 1 });
      const image = decode_png(await readFile(join(folder, "line.png")), "RGB");
      expect(image.shape).toEqual([3, 100, 200]);
      // Most of it is white, some of it blue.
      const [red, , blue] = image.double().unbind(0);
      expect(red!.eq(255).double().mean().item()).toBeGreaterThan(0.7);
      expect(blue!.sub(red!).gt(100).sum().item()).toBeGreaterThan(100);
      await expect(figure.save("line.gif")).rejects.toThrow("figures are saved as .svg or .png, not as line.gif");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("hist", () => {
  it("counts as numpy.histogram does", () => {
    // numpy.histogram([1, 2, 2, 3, 5], 4) is [1, 2, 1, 1]
    const heights = attributes(hist([1, 2, 2, 3, 5], { bins: 4 }).svg, "rect", "height")
      .slice(1, 5)
      .map(Number);
    expect(heights.map((height) => height / heights[0]!)).toEqual([1, 2, 1, 1].map((n) => expect.closeTo(n, 2)));
  });

  it("leaves out what lies outside of the range", () => {
    const bars = (svg: string): number => attributes(svg, "rect", "stroke-width").length;
    expect(bars(hist([1, 2, 9], { bins: 2, range: [0, 4] }).svg)).toBe(2);
    expect(bars(hist([1, 9], { bins: 2, range: [0, 4] }).svg)).toBe(1);
    expect(() => hist([1], { bins: 0 })).toThrow("`bins` must be positive");
  });
});

describe("imshow", () => {
  const shown = (svg: string): Uint8Array[] =>
    attributes(svg, "image", "href").map((href) => Buffer.from(href.slice("data:image/png;base64,".length), "base64"));

  it("shows images pixel by pixel", () => {
    const image = rand(3, 4, 5).mul(255).to(uint8);
    const { svg, width } = imshow(image, { title: "noise" });
    expect(decode_png(shown(svg)[0]!).tolist()).toEqual(image.tolist());
    expect([width, texts(svg)]).toEqual([336, ["noise"]]);
    const floats = decode_png(shown(imshow(image.double().div(255)).svg)[0]!);
    expect(floats.tolist()).toEqual(image.tolist());
  });

  it("spreads a single plane from black to white", () => {
    const plane = tensor([
      [-1, 0],
      [0.5, 1],
    ]);
    expect(decode_png(shown(imshow(plane).svg)[0]!).tolist()).toEqual([
      [
        [0, 128],
        [191, 255],
      ],
    ]);
    expect(
      decode_png(shown(imshow(plane, { vmin: 0, vmax: 2 }).svg)[0]!)
        .flatten()
        .tolist(),
    ).toEqual([0, 0, 64, 128]);
  });

  it("puts several in rows, with a text over each", () => {
    const { svg } = imshow([rand(1, 8, 8), rand(3, 8, 8), rand(3, 8, 8)], { columns: 2, titles: ["a", "b", "<c>"] });
    const [x, y] = ["x", "y"].map((name) => attributes(svg, "image", name).map(Number)) as [number[], number[]];
    expect([x[0] === x[2], x[0]! < x[1]!, y[0] === y[1], y[0]! < y[2]!]).toEqual([true, true, true, true]);
    expect(texts(svg)).toEqual(["a", "b", "&lt;c&gt;"]);
    expect(() => imshow(rand(2, 3, 4, 4))).toThrow("imshow shows [channels, H, W] or [H, W], not [2, 3, 4, 4]");
  });
});
