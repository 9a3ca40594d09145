import { bool, type DType, float64, is_tensor, manual_seed, type Tensor } from "@tt/core";
import { type Op, type Param, type Schema } from "@tt/core/dispatch";
import { numbers, type Sample } from "./numbers.ts";
import { TABLE } from "./sample_table.ts";

/** Domains of functions that are not defined, or not smooth, between 0 and 1. */
const DOMAINS: Readonly<Record<string, readonly [number, number]>> = {
  acosh: [1.2, 3],
  polygamma: [1, 3],
  mvlgamma: [3, 5],
  special_multigammaln: [3, 5],
};

function valueFor(param: Param, op: Op): unknown {
  const { type, list } = param;
  if (type === "Tensor" || type === "Tensor|Scalar") {
    const [low, high] = DOMAINS[op.name] ?? [0.15, 0.85];
    const mask = /^(mask|condition)$/.test(param.name);
    const one = mask ? numbers([3, 3]).gt(0.5) : numbers([3, 3], low, high);
    return list ? [one, numbers([3, 3], low, high)] : one;
  }
  if (type === "int") return list ? [0] : param.name === "n" || param.name === "k" || param.name === "p" ? 1 : 0;
  if (type === "float" || type === "Scalar") return list ? [0.7] : 0.7;
  if (type === "bool") return false;
  if (type === "ScalarType") return float64;
  return undefined;
}

/** A guess from the schema: 3 x 3 matrices, dimension 0, defaults. */
function guessed(op: Op): Sample[] {
  const { params }: Schema = op.schema;
  const args = params.map((param) => (param.hasDefault ? param.default : valueFor(param, op)));
  return args.includes(undefined) ? [] : [args];
}

/** Whether a call's outcome is a matter of chance or of memory that was there before. */
export function unpredictable(op: Op): boolean {
  return (
    /^(empty|new_empty|resize|set_|_fused)/.test(op.name) ||
    op.schema.params.some((p) => p.type === "Generator") ||
    /^(rand|_dropout|.*dropout)/.test(op.name)
  );
}

/** Calls to try an op with: its record's, the table's, or a guess from its schema. */
export function samplesOf(op: Op): readonly Sample[] {
  manual_seed(0);
  return op.record.samples?.() ?? TABLE[op.schema.fullName]?.() ?? guessed(op);
}

/** A sample with every floating-point tensor changed. */
export function mapTensors(sample: Sample, fn: (tensor: Tensor) => unknown): unknown[] {
  return sample.map((arg) =>
    is_tensor(arg)
      ? fn(arg)
      : Array.isArray(arg)
        ? arg.map((item: unknown) => (is_tensor(item) ? fn(item) : item))
        : arg,
  );
}

/** A sample with its floating-point tensors in `dtype`. */
export function inDtype(sample: Sample, dtype: DType): unknown[] {
  return mapTensors(sample, (t) => (t.dtype.is_floating_point && t.dtype !== bool ? t.to(dtype) : t));
}
