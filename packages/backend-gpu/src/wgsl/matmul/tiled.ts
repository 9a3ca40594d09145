import type { Kernel } from "../kernel.ts";
import { repeat, store, u32 } from "../source.ts";
import { blockProduct, COMPONENTS, type Side, type Tile, vector } from "./block.ts";
import { affineParams, biasOf, finish, type MatmulSpec } from "./spec.ts";

/** The register-tiled product of matrices, or the parts of its sums. */
export function tiledMatmul(spec: MatmulSpec, out: "out" | "partial", tile: Tile, splits: number): Kernel {
  const { batch, m, n, k, type, batchedA, batchedB } = spec;
  const a = matrixSide(spec, "a", tile.rows, tile.depth);
  const b = matrixSide(spec, "b", tile.columns, tile.depth);
  const partial = out === "partial";
  return blockProduct({
    name: "matmul",
    type,
    tile,
    batch,
    m,
    n,
    k,
    splits,
    a,
    b,
    operands: [
      {
        name: "a",
        type,
        access: a.access,
      },
      {
        name: "b",
        type,
        access: b.access,
      },
      ...biasOf(spec),
      partial
        ? {
            name: out,
            type,
            access: "update",
          }
        : store(out, type),
    ],
    params: [u32("a_batch", batchedA ? m * k : 0), u32("b_batch", batchedB ? k * n : 0), ...affineParams(spec)],
    base: `${partial ? "part * p.batch * p.m * p.n + " : ""}batch * p.m * p.n`,
    rowStride: "p.n",
    offset: (column) => column,
    store: partial ? "partial[i] = value;" : finish(spec, out, "i", "value"),
  });
}

/** An operand that is a matrix: along the sum or along the result, element by element or four at once. */
export interface MatrixSide extends Side {
  readonly access: "load" | "vec4";
}

/** What a matrix side needs to know of a product. */
export type MatrixSpec = Pick<
  MatmulSpec,
  "m" | "n" | "k" | "type" | "transposeA" | "transposeB" | "vectorsA" | "vectorsB"
>;

export function matrixSide(spec: MatrixSpec, name: "a" | "b", length: number, depth: number): MatrixSide {
  const { m, n, k, type } = spec;
  const isA = name === "a";
  const alongSum = isA ? !spec.transposeA : spec.transposeB;
  const contiguous = isA ? spec.vectorsA : spec.vectorsB;
  const outer = isA ? "row" : "column";
  const size = isA ? "p.m" : "p.n";
  const vectors = length / 4;
  const wide = contiguous && (alongSum ? k : isA ? m : n) % 4 === 0 && type === "f32";
  const block = `block_${name}`;
  const setup = `let from_${name} = batch * p.${name}_batch;`;
  const functions = `fn read_${name}(inside: bool, i: u32) -> ${wide ? "V" : type} {
  if (inside) { return ${wide ? `${name}[i]` : `${name}_load(i)`}; }
  return ${wide ? "V()" : `${type}(0)`};
}`;
  const inside = (i: number): string => `first + ${i}u < ${size} && at < end`;
  if (!alongSum) {
    const index = `from_${name} + at * ${size} + first`;
    const value = wide
      ? `read_${name}(${inside(0)}, (${index}) / 4u)`
      : vector(type, (i) => `read_${name}(${inside(i)}, ${index} + ${i}u)`);
    return {
      access: wide ? "vec4" : "load",
      functions,
      setup,
      units: depth * vectors,
      fill: (unit) => `let at = k0 + ${unit} / ${vectors}u;
          let first = ${outer}0 + ${unit} % ${vectors}u * 4u;
          ${block}[${unit}] = ${value};`,
    };
  }
  const index = (i: number): string => `from_${name} + (first + ${i}u) * p.k + at`;
  if (!wide) {
    return {
      access: "load",
      functions,
      setup,
      units: depth * vectors,
      fill: (unit) => `let at = k0 + ${unit} % ${depth}u;
          let first = ${outer}0 + ${unit} / ${depth}u * 4u;
          ${block}[${unit} % ${depth}u * ${vectors}u + ${unit} / ${depth}u] = ${vector(type, (i) => `read_${name}(${inside(i)}, ${index(i)})`)};`,
    };
  }
  // Four rows of four elements, transposed on the way. Parts of the sum end at multiples of four, as k is one.
  const deep = depth / 4;
  return {
    access: "vec4",
    functions,
    setup,
    units: deep * vectors,
    fill: (unit) => `let at = k0 + ${unit} % ${deep}u * 4u;
          let first = ${outer}0 + ${unit} / ${deep}u * 4u;
          ${repeat(4, (i) => `let line_${i} = read_${name}(${inside(i)}, (${index(i)}) / 4u);`)}
          ${repeat(
            4,
            (i) =>
              `${block}[(${unit} % ${deep}u * 4u + ${i}u) * ${vectors}u + ${unit} / ${deep}u] = ${vector(type, (j) => `line_${j}.${COMPONENTS[i]!}`)};`,
          )}`,
  };
}
