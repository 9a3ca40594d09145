import { ValueError } from "@tt/core";

/** A colour: "red", "#f00", "#ff0000", or red, green and blue of [0, 255]. */
export type Color = string | readonly [number, number, number];
export type RGB = readonly [number, number, number];

/** HTML's basic colours and some more. */
const NAMES: Readonly<Record<string, string>> = {
  aqua: "#00ffff",
  black: "#000000",
  blue: "#0000ff",
  brown: "#a52a2a",
  cyan: "#00ffff",
  darkblue: "#00008b",
  darkgreen: "#006400",
  darkred: "#8b0000",
  fuchsia: "#ff00ff",
  gold: "#ffd700",
  gray: "#808080",
  green: "#008000",
  grey: "#808080",
  indigo: "#4b0082",
  lime: "#00ff00",
  magenta: "#ff00ff",
  maroon: "#800000",
  navy: "#000080",
  olive: "#808000",
  orange: "#ffa500",
  pink: "#ffc0cb",
  purple: "#800080",
  red: "#ff0000",
  silver: "#c0c0c0",
  skyblue: "#87ceeb",
  teal: "#008080",
  tomato: "#ff6347",
  turquoise: "#40e0d0",
  violet: "#ee82ee",
  white: "#ffffff",
  yellow: "#ffff00",
};

/** Red, green and blue of a colour; @throws ValueError for a name that is not known */
export function rgbOf(color: Color): RGB {
  if (typeof color !== "string") return color;
  const text = NAMES[color.toLowerCase()] ?? color.toLowerCase();
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(text);
  const parts = short?.slice(1).map((digit) => digit + digit) ?? long?.slice(1);
  if (parts === undefined) throw new ValueError(`unknown color specifier: '${color}'`);
  return parts.map((part) => Number.parseInt(part, 16)) as unknown as RGB;
}

/** As many colours as objects, the first one black. */
export function palette(count: number): RGB[] {
  return Array.from({ length: count }, (_, i) => [
    (i * (2 ** 25 - 1)) % 255,
    (i * (2 ** 15 - 1)) % 255,
    (i * (2 ** 21 - 1)) % 255,
  ]);
}

/** A colour for each of `count` objects. */
export function colorsFor(count: number, colors: readonly Color[] | Color | null, what: string): RGB[] {
  if (colors === null) return palette(count);
  const one = typeof colors === "string" || typeof colors[0] === "number";
  if (one) return new Array<RGB>(count).fill(rgbOf(colors as Color));
  const list = colors as readonly Color[];
  if (list.length < count) {
    throw new ValueError(
      what === "masks"
        ? `There are more masks (${count}) than colors (${list.length})`
        : `Number of colors (${list.length}) is less than number of ${what} (${count}). `,
    );
  }
  return list.slice(0, count).map(rgbOf);
}
