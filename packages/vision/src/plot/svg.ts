/** SVG as text. */

type Attributes = Readonly<Record<string, string | number | null>>;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => ESCAPES[letter]!);

/** Lengths to a hundredth of a pixel. */
const valueOf = (value: string | number): string =>
  typeof value === "number" ? String(Math.round(value * 100) / 100) : escape(value);

/** An element; attributes that are null are left out, and children are elements already. */
export function element(name: string, attributes: Attributes, children = ""): string {
  const text = Object.entries(attributes)
    .flatMap(([key, value]) => (value === null ? [] : [` ${key}="${valueOf(value)}"`]))
    .join("");
  return children === "" ? `<${name}${text}/>` : `<${name}${text}>${children}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return content === "" ? "" : element("text", { x, y, ...attributes }, escape(content));
}
