import { type Device, type DType, no_grad, Tensor, zeros } from "@tt/core";
import type { Module } from "../module/module.ts";

/** One layer of a {@link Summary}. */
export interface LayerSummary {
  /** Qualified name; "" for the model itself. */
  readonly name: string;
  /** Class name. */
  readonly type: string;
  /** How deep the layer is nested. */
  readonly depth: number;
  readonly output_shape: readonly number[] | null;
  /** Parameters of the layer itself, without those of its children. */
  readonly params: number;
  /** Multiplications and additions of one forward pass, as pairs. */
  readonly mult_adds: number;
}

/** What {@link summary} gives; `String(summary)` is a table. */
export class Summary {
  readonly layers: readonly LayerSummary[];
  readonly total_params: number;
  readonly trainable_params: number;
  readonly total_mult_adds: number;

  constructor(layers: readonly LayerSummary[], total_params: number, trainable_params: number) {
    this.layers = layers;
    this.total_params = total_params;
    this.trainable_params = trainable_params;
    this.total_mult_adds = layers.reduce((sum, layer) => sum + layer.mult_adds, 0);
  }

  toString(): string {
    const rows = this.layers.map(({ name, type, depth, output_shape, params, mult_adds }) => [
      `${"  ".repeat(depth)}${type}${name === "" ? "" : ` (${name})`}`,
      output_shape === null ? "--" : `[${output_shape.join(", ")}]`,
      params === 0 ? "--" : params.toLocaleString("en-US"),
      mult_adds === 0 ? "--" : mult_adds.toLocaleString("en-US"),
    ]);
    const table = [["Layer", "Output shape", "Parameters", "Mult-adds"], ...rows];
    const widths = [0, 1, 2, 3].map((c) => Math.max(...table.map((row) => row[c]!.length)));
    const line = (row: readonly string[]): string =>
      row
        .map((cell, c) => (c < 2 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
        .join("  ")
        .trimEnd();
    const rule = "=".repeat(widths.reduce((a, b) => a + b + 2, -2));
    const number = (n: number): string => n.toLocaleString("en-US");
    return [
      rule,
      line(table[0]!),
      rule,
      ...table.slice(1).map(line),
      rule,
      `Total parameters: ${number(this.total_params)}`,
      `Trainable parameters: ${number(this.trainable_params)}`,
      `Total mult-adds: ${number(this.total_mult_adds)}`,
      rule,
    ].join("\n");
  }
}

const count = (tensors: Iterable<Tensor>): number => [...tensors].reduce((sum, t) => sum + t.numel(), 0);

/** The first tensor in a result. */
function shapeOf(output: unknown): readonly number[] | null {
  if (output instanceof Tensor) return output.shape;
  return Array.isArray(output) && output.length > 0 ? shapeOf(output[0]) : null;
}

/**
 * Every weight takes part once for each position it is applied to. Biases and elementwise scales, which cost next to
 * nothing, do not count.
 */
function multAdds(module: Module, input: readonly number[] | null, output: readonly number[] | null): number {
  const kind = module.constructor.name;
  if (input === null || output === null || kind.startsWith("Embedding")) return 0;
  let total = 0;
  for (const [name, param] of module.ownParameters()) {
    if (param.ndim < 2) continue;
    // Transposed convolutions go from each position of the input, others to each of the output.
    const sizes = kind.includes("ConvTranspose") ? input : output;
    const spatial = param.ndim - 2;
    const positions =
      name === "weight" && /^(Lazy)?Conv/.test(kind)
        ? [...sizes.slice(0, Math.max(0, sizes.length - spatial - 1)), ...sizes.slice(sizes.length - spatial)]
        : output.slice(0, -1);
    total += positions.reduce((product, size) => product * size, param.numel());
  }
  return total;
}

/** Settings of {@link summary}. */
export interface SummaryOptions {
  readonly dtypes?: readonly DType[];
}

/**
 * Runs a model once on zeros of `input_size` (or several sizes, or given tensors) and lists its layers with output
 * shapes, parameters and multiply-adds. Leaves modes, buffers and gradients as they are.
 * @example
 * ```ts
 * import { Linear, ReLU, Sequential, summary } from "@tt/nn";
 * const model = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
 * summary(model, [1, 4]).total_params; // 58
 * ```
 */
export function summary(
  model: Module,
  input_size: readonly number[] | readonly (readonly number[])[] | readonly Tensor[],
  options: SummaryOptions = {},
): Summary {
  const inputs = inputsOf(input_size, options.dtypes ?? [], model.parameters().next().value?.device ?? null);
  const shapes = new Map<Module, readonly [input: readonly number[] | null, output: readonly number[] | null]>();
  const order: Module[] = [];
  const handles = [...model.modules()].flatMap((module) => [
    module.register_forward_pre_hook((m) => {
      if (!order.includes(m)) order.push(m);
    }),
    module.register_forward_hook((m, args, output) => {
      shapes.set(m, [shapeOf(args), shapeOf(output)]);
    }),
  ]);
  const modes = new Map(Array.from(model.modules(), (module) => [module, module.training]));
  try {
    model.eval();
    no_grad(() => model.call_(inputs));
  } finally {
    for (const handle of handles) handle.remove();
    for (const [module, training] of modes) module.training = training;
  }
  const names = new Map([...model.named_modules()].map(([name, module]) => [module, name]));
  const layers = order.map((module): LayerSummary => {
    const name = names.get(module) ?? "";
    const [input, output] = shapes.get(module) ?? [null, null];
    return {
      name,
      type: module._get_name(),
      depth: name === "" ? 0 : name.split(".").length,
      output_shape: output,
      params: count([...module.ownParameters()].map(([, p]) => p)),
      mult_adds: multAdds(module, input, output),
    };
  });
  const all = [...model.parameters()];
  return new Summary(layers, count(all), count(all.filter((p) => p.requires_grad)));
}

function inputsOf(size: readonly unknown[], dtypes: readonly DType[], device: Device | null): Tensor[] {
  if (size.every((s) => s instanceof Tensor) && size.length > 0) return size as Tensor[];
  const sizes = (typeof size[0] === "number" ? [size] : size) as readonly (readonly number[])[];
  return sizes.map((shape, i) => zeros([...shape], { dtype: dtypes[i] ?? null, device }));
}
