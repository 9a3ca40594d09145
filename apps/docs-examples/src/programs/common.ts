/**
 * What every reference program shares: options, result lines, numeric modes.
 *
 * A program is a module with `options` (its own, with defaults) and `main(run)`. It ends with
 * `await runIfMain(import.meta.url, "b_curve", main, options)` so that it also runs alone and then
 * prints one JSON object per line, `{"key": ..., "value": ...}`. Values are numbers, strings,
 * booleans, nulls or (nested) lists of them; nan and the infinities are "nan", "inf", "-inf".
 *
 * Numeric modes: `--dtype float64` draws in float32 and then widens; `--nudge` multiplies every
 * parameter by 1 + 2^-23; `--device` computes elsewhere than on the cpu.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as torch from "@tt/torch";

export type OptionValue = number | string | boolean | null;
export type Options = Readonly<Record<string, OptionValue>>;

/** What a result line can hold. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

const COMMON = { seed: 1, dtype: "float32" as "float32" | "float64", nudge: false, device: "cpu" };

/** Options with the types of their defaults; a null default stands for a text that may be given. */
export type Args<O extends Options> = typeof COMMON & {
  -readonly [K in keyof O]: O[K] extends number
    ? number
    : O[K] extends boolean
      ? boolean
      : O[K] extends null
        ? string | null
        : string;
};

/** One run of a program: its options, its numeric mode and what it has emitted. */
export class Run<O extends Options = {}> {
  readonly program: string;
  readonly args: Args<O>;
  readonly dtype: torch.DType;
  readonly device: torch.Device;
  /** Emitted values by key, in order. */
  readonly results: Map<string, Plain> = new Map();
  private readonly print: boolean;

  /** @param argv - command line such as `["--steps", "10"]` */
  constructor(program: string, options: O, argv: readonly string[] = [], print = false) {
    this.program = program;
    this.args = readArgs(options, argv);
    this.dtype = this.args.dtype === "float64" ? torch.float64 : torch.float32;
    this.device = torch.device(this.args.device);
    this.print = print;
    torch.manual_seed(this.args.seed);
  }

  /** Records a result. Tensors, sizes, dtypes' names and nested lists of them are fine. */
  emit(key: string, value: unknown): void {
    if (this.results.has(key)) throw new Error(`${this.program}: key ${key} appears twice`);
    const found = plain(value);
    this.results.set(key, found);
    if (this.print) console.log(JSON.stringify({ key, value: found }));
  }

  /** Puts a freshly built module into the numeric mode of this run. */
  prepare<M extends torch.nn.Module>(module: M): M {
    if (this.args.nudge) {
      torch.no_grad(() => {
        for (const p of module.parameters()) p.mul_(1 + 2 ** -23);
      });
    }
    module.to(this.device, this.dtype);
    return module;
  }

  /** Data drawn in float32, widened when the run is a float64 run. */
  cast(tensor: torch.Tensor): torch.Tensor {
    const here = tensor.to(this.device);
    return here.is_floating_point() ? here.to(this.dtype) : here;
  }

  /** Enough of the initial parameters to tell a wrong RNG from wrong arithmetic. */
  emit_init(module: torch.nn.Module, prefix = "init"): void {
    for (const [name, p] of module.named_parameters()) {
      const flat = p.detach().to("cpu").reshape(-1);
      this.emit(`${prefix}.${name}`, {
        shape: [...p.shape],
        first: flat.at(":4"),
        sum: flat.double().sum(),
        abs_sum: flat.double().abs().sum(),
      });
    }
  }
}

function readArgs<O extends Options>(options: O, argv: readonly string[]): Args<O> {
  const defaults: Options = { ...COMMON, ...options };
  const flag = (name: string): string => name.replaceAll("_", "-");
  const spec = Object.entries(defaults).map(
    ([name, value]) => [flag(name), { type: typeof value === "boolean" ? "boolean" : "string" }] as const,
  );
  const { values } = parseArgs({ args: [...argv], options: Object.fromEntries(spec) });
  const read = Object.entries(defaults).map(([name, fallback]) => {
    const given = values[flag(name)];
    if (given === undefined) return [name, fallback];
    if (typeof fallback === "number" && Number.isNaN(Number(given)))
      throw new TypeError(`--${flag(name)} ${String(given)} is not a number`);
    return [name, typeof fallback === "number" ? Number(given) : given];
  });
  return Object.fromEntries(read) as Args<O>;
}

/** A value as JSON has it. */
export function plain(value: unknown): Plain {
  if (value instanceof torch.Tensor) return plain(value.detach().tolist());
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value))
    return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (typeof value === "object" && Symbol.iterator in value) return Array.from(value as Iterable<unknown>, plain);
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError(`cannot emit a ${typeof value}`);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** Euclidean norm over all the tensors together, accumulated in float64. */
export function total_norm(tensors: Iterable<torch.Tensor>): number {
  let sum = 0;
  for (const t of tensors) sum += t.detach().to("cpu").double().pow(2).sum().item();
  return Math.sqrt(sum);
}

/** Norm of each parameter's gradient, by name. */
export function grad_norms(module: torch.nn.Module): Record<string, number> {
  const norms: Record<string, number> = {};
  for (const [name, p] of module.named_parameters()) if (p.grad !== null) norms[name] = total_norm([p.grad]);
  return norms;
}

/** Runs a program with the command line's options when its module is the one started. */
export async function runIfMain<O extends Options>(
  url: string,
  program: string,
  main: (run: Run<O>) => Promise<void>,
  options: O,
): Promise<void> {
  if (process.argv[1] === undefined || fileURLToPath(url) !== process.argv[1]) return;
  const start = performance.now();
  await main(new Run(program, options, process.argv.slice(2), true));
  console.error(`# ${program}: ${((performance.now() - start) / 1000).toFixed(2)} s`);
}
