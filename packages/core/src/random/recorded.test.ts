import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DTYPES, float32, int64, type DType, type TypedArray } from "../dtype/dtype.ts";
import { readElement, writeElement } from "../dtype/element.ts";
import * as rng from "./index.ts";

// Replays the scripts recorded from PyTorch (tooling/oracle, part E) on the draws alone.

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean | readonly number[])[];
}
interface Call {
  readonly fn?: string;
  readonly zeros?: readonly number[];
  readonly dtype?: string;
  readonly method?: string;
  readonly on?: string;
  readonly save?: string;
  readonly use?: string;
  readonly transposed?: boolean;
  readonly base64?: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
}
interface Script {
  readonly id: string;
  readonly seed: number;
  readonly calls: readonly Call[];
}

const FOLDER = new URL("../../../../tooling/oracle/data/rng/", import.meta.url);
const EXACT = /rand$|rand_like|randint|randperm|random_|uniform_|bernoulli|multinomial|geometric|poisson|binomial/;

const byName = new Map(DTYPES.map((dtype) => [dtype.name as string, dtype]));
const isTensor = (value: unknown): value is Tensor => typeof value === "object" && value !== null && "shape" in value;
const number = (value: unknown): number =>
  typeof value === "object" && value !== null && "f" in value ? Number(value.f) : Number(value);
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const allocate = (dtype: DType, n: number): TypedArray => new dtype.ArrayType(n * dtype.lanes);

function load(tensor: Tensor): TypedArray {
  const dtype = byName.get(tensor.dtype)!;
  const array = allocate(dtype, tensor.data.length);
  for (const [i, value] of tensor.data.entries()) writeElement(array, dtype, i, Number(value));
  return array;
}

function sizeOf(args: readonly unknown[]): number {
  return Array.isArray(args[0]) ? count(args[0] as number[]) : count(args.map(Number));
}

/** Draws of one call in their order, or null when the call is not about draws alone. */
function draw(call: Call, g: rng.Generator): TypedArray | null {
  const args = call.args ?? [];
  const kwargs = call.kwargs ?? {};
  const given = kwargs["dtype"] as { dtype: string } | undefined;
  const name = call.method ?? call.fn!.replace("torch.", "");
  const input = isTensor(args[0]) ? args[0] : null;
  const fallback = call.dtype ?? input?.dtype ?? (/randint|randperm/.test(name) ? "int64" : "float32");
  const dtype = byName.get(given?.dtype ?? fallback)!;
  const n = call.zeros ? count(call.zeros) : input ? input.data.length : sizeOf(args);
  const a = args.map(number);
  let out = allocate(dtype, n);
  switch (name) {
    case "rand":
    case "rand_like":
      rng.uniform(out, dtype, n, 0, 1, g);
      return out;
    case "randn":
    case "randn_like":
      rng.normal(out, dtype, n, 0, 1, g);
      return out;
    case "randint": {
      const size = args.at(-1) as number[];
      out = allocate(dtype, count(size));
      rng.random_from_to(out, dtype, count(size), args.length === 3 ? a[0]! : 0, a[args.length - 2]!, g);
      return out;
    }
    case "randint_like":
      rng.random_from_to(out, dtype, n, a[1]!, a[2]!, g);
      return out;
    case "randperm":
      rng.randperm(out, dtype, n, g);
      return out;
    case "random_":
      if (args.length === 0) rng.random(out, dtype, n, g);
      else rng.random_from_to(out, dtype, n, args.length === 2 ? a[0]! : 0, a.at(-1)!, g);
      return out;
    case "bernoulli":
      rng.bernoulli_tensor(out, dtype, n, load(input!), dtype, g);
      return out;
    case "bernoulli_": {
      const p = args[0];
      if (isTensor(p)) rng.bernoulli_tensor(out, dtype, n, load(p), byName.get(p.dtype)!, g);
      else rng.bernoulli(out, dtype, n, a[0]!, g);
      return out;
    }
    case "multinomial": {
      const rows = input!.shape.length === 2 ? input!.shape[0]! : 1;
      const samples = new BigInt64Array(rows * a[1]!);
      rng.multinomial(samples, load(input!), dtype, rows, n / rows, a[1]!, kwargs["replacement"] === true, g);
      return samples;
    }
    case "normal_":
      rng.normal(out, dtype, n, a[0] ?? 0, a[1] ?? 1, g, call.transposed !== true);
      return out;
    case "normal":
      return drawNormal(args, g);
    case "uniform_":
      rng.uniform(out, dtype, n, a[0] ?? 0, a[1] ?? 1, g);
      return out;
    case "exponential_":
      rng.exponential(out, dtype, n, a[0] ?? 1, g);
      return out;
    case "cauchy_":
      rng.cauchy(out, dtype, n, a[0] ?? 0, a[1] ?? 1, g);
      return out;
    case "log_normal_":
      rng.log_normal(out, dtype, n, a[0] ?? 1, a[1] ?? 2, g);
      return out;
    case "geometric_":
      rng.geometric(out, dtype, n, a[0]!, g);
      return out;
    case "poisson":
      rng.poisson(out, dtype, n, load(input!), g);
      return out;
    case "binomial":
      rng.binomial(out, dtype, n, load(input!), load(args[1] as Tensor), g);
      return out;
    case "_standard_gamma":
      rng.standard_gamma(out, dtype, n, load(input!), g);
      return out;
    case "nn.functional.dropout": {
      const p = a[1]!;
      rng.bernoulli(out, dtype, n, 1 - p, g);
      return (load(input!) as Float32Array).map((x, i) => (x * Number(out[i])) / (1 - p));
    }
    case "nn.functional.rrelu":
      rng.rrelu_noise(out, dtype, n, load(input!), a[1]!, a[2]!, g);
      return (load(input!) as Float32Array).map((x, i) => x * Number(out[i]));
    default:
      return null;
  }
}

/** The overloads of torch.normal: with a tensor of deviations, standard normals are scaled. */
function drawNormal(args: readonly unknown[], g: rng.Generator): TypedArray {
  const [mean, std, size] = args;
  if (size !== undefined) {
    const n = count(size as number[]);
    const out = new Float32Array(n);
    rng.normal(out, float32, n, number(mean), number(std), g);
    return out;
  }
  const n = (isTensor(mean) ? mean : (std as Tensor)).data.length;
  const means = isTensor(mean) ? (load(mean) as Float32Array) : new Float32Array(n).fill(number(mean));
  const stds = isTensor(std) ? (load(std) as Float32Array) : new Float32Array(n).fill(1);
  const out = new Float32Array(n);
  rng.normal(out, float32, n, 0, isTensor(std) ? 1 : number(std), g);
  return out.map((z, i) => Math.fround(z * stds[i]!) + means[i]!);
}

/** Compares draws, which go through memory in order, with the logical elements of the result. */
function compare(drawn: TypedArray, result: Tensor, exact: boolean, transposed: boolean): void {
  const dtype = byName.get(result.dtype)!;
  const n = result.data.length;
  const [rows = n, columns = 1] = result.shape;
  const place = transposed ? rng.drawOrder([rows, columns], [1, rows]) : null;
  for (let i = 0; i < n; i++) {
    const at = transposed ? place!.indexOf((i % columns) * rows + Math.floor(i / columns)) : i;
    const value = readElement(drawn, dtype, at);
    const expected = result.data[i]!;
    if (dtype === int64) expect(String(value)).toBe(String(expected));
    else if (Array.isArray(expected))
      expect(value).toMatchObject({ re: Math.fround(expected[0]), im: Math.fround(expected[1]) });
    else if (exact) expect(Number(value)).toBe(dtype === float32 ? Math.fround(Number(expected)) : Number(expected));
    else
      expect(Math.abs(Number(value) - Number(expected))).toBeLessThanOrEqual(1e-12 + 1e-6 * Math.abs(Number(expected)));
  }
}

function replay(script: Script): number {
  const generators = new Map<string, rng.Generator>();
  const main = new rng.Generator().manual_seed(script.seed);
  let compared = 0;
  let state: Uint8Array | null = null;
  for (const call of script.calls) {
    const name = call.method ?? call.fn!;
    if (name === "torch.get_rng_state") {
      state = main.get_state();
      expect(Buffer.from(state).toString("base64")).toBe(call.base64);
    } else if (name === "torch.set_rng_state") main.set_state(state!);
    else if (name === "torch.manual_seed") main.manual_seed(Number(call.args![0]));
    else if (name === "torch.initial_seed") {
      const seed = call.result as number | { i: string };
      expect(String(main.initial_seed())).toBe(typeof seed === "number" ? String(seed) : seed.i);
      compared++;
    } else if (name === "torch.Generator") generators.set(call.save!, new rng.Generator());
    else if (call.on !== undefined) {
      const g = generators.get(call.on)!;
      if (name === "manual_seed") g.manual_seed(Number(call.args![0]));
      else expect(g.initial_seed()).toBe(call.result);
    } else {
      const saved = (call.kwargs?.["generator"] as { saved: string } | undefined)?.saved;
      const drawn = draw(call, saved === undefined ? main : generators.get(saved)!);
      if (drawn === null) return compared; // what follows depends on draws of other packages
      compare(drawn, call.result as Tensor, EXACT.test(name), call.transposed === true);
      compared++;
    }
  }
  return compared;
}

const missing = !existsSync(FOLDER);

describe.skipIf(missing).each(["basics", "distributions", "sequences"])("recorded %s", (file) => {
  const text = missing ? "[]" : gunzipSync(readFileSync(new URL(`${file}.json.gz`, FOLDER))).toString();
  const scripts = JSON.parse(text) as Script[];
  const others = /dropout[23]|alpha_dropout|gumbel/;
  it.each(
    scripts
      .filter(({ id }) => !others.test(id))
      .map((script) => [`${script.id}, seed ${script.seed}`, script] as const),
  )("%s", (_, script) => {
    expect(replay(script)).toBeGreaterThan(0);
  });
});
