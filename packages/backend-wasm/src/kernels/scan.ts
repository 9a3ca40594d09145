import { complex128, float64, int64, type Kernel, type Kernels, type Tensor, type DType, float32 } from "@tt/core";
import { parseExpr, type Program } from "@tt/core/dispatch";
import { supports } from "../codegen/expression.ts";
import { streamAt } from "../codegen/nest.ts";
import { scanBytes, type ScanSpec } from "../codegen/scan.ts";
import type { Engine } from "../engine.ts";
import { type Code, instantiateCode } from "../threads/code.ts";
import { atLeast1d } from "./views.ts";

/** Elements below which the host's loops are as fast. */
const FEW = 1025;

const COMBINE: Readonly<Record<string, Program>> = {
  cumsum: parseExpr("a + b"),
  cumprod: parseExpr("a * b"),
  logcumsumexp: parseExpr("logaddexp(a, b)"),
};

/** Cumulative sums, products, extremes and logarithms of sums of exponentials, along any dimension. */
export function scanKernels(engine: Engine, relaxed: boolean): Kernels {
  const { heap, host, operands } = engine;
  const loops = new Map<string, Code>();

  function run(
    kind: string,
    carried: DType,
    givenOut: Tensor,
    givenIndices: Tensor | null,
    given: Tensor,
    dim: number,
  ): boolean {
    const n = given.numel();
    if (n < engine.few(FEW) || n === 0) return false;
    const [out, indices, input] = [atLeast1d(givenOut), givenIndices && atLeast1d(givenIndices), atLeast1d(given)];
    const combine = COMBINE[kind] ?? null;
    if (combine !== null && !supports(combine, carried, carried === int64 ? 64 : 64)) return false;
    const tensors = [out, input, indices];
    // Lines side by side: those that lie closest together in the input.
    const dims = [...input.shape.keys()].filter((d) => d !== dim && input.shape[d] !== 1);
    dims.sort((a, b) => Math.abs(input.strides[b]!) - Math.abs(input.strides[a]!));
    const inner = dims.pop();
    const rows = dims.pop();
    const step = (tensor: Tensor, d: number | undefined): number => (d === undefined ? 0 : tensor.strides[d]!);
    const dense = inner === undefined || step(input, inner) === 1;
    const denseOut =
      inner === undefined || (step(out, inner) === 1 && (indices === null || step(indices, inner) === 1));
    const key = `${kind} ${input.dtype.id} ${out.dtype.id} ${dense} ${denseOut}`;
    let loop = loops.get(key);
    if (loop === undefined) {
      const spec: ScanSpec = {
        kind: kind === "max" || kind === "min" ? kind : "fold",
        combine,
        carried,
        input: input.dtype,
        out: out.dtype,
        dense,
        denseOut,
        relaxed,
      };
      loops.set(key, (loop = instantiateCode(scanBytes(spec), heap.memory)));
    }
    operands.begin();
    const sizeOf = (d: number | undefined): number => (d === undefined ? 1 : input.shape[d]!);
    const args = [sizeOf(rows), sizeOf(inner), input.shape[dim]!, 1];
    for (const tensor of tensors) {
      if (tensor === null) {
        args.push(0, 0, 0, 0, 0);
        continue;
      }
      const address = tensor === input ? operands.input(tensor) : operands.output(tensor);
      if (address < 0) return false;
      const size = tensor.dtype.itemsize;
      args.push(address, step(tensor, rows) * size, step(tensor, inner) * size, tensor.strides[dim]! * size, 0);
    }
    const moved = (call: readonly number[], d: number, by: number): number[] => {
      const copy = call.slice();
      tensors.forEach((tensor, k) => {
        if (tensor !== null) copy[streamAt(k)]! += by * tensor.strides[d]! * tensor.dtype.itemsize;
      });
      return copy;
    };
    let calls = [args];
    for (const d of dims)
      calls = calls.flatMap((call) => Array.from({ length: input.shape[d]! }, (_, i) => moved(call, d, i)));
    const cost = n * (kind === "logcumsumexp" ? 20 : 1);
    const across = rows === undefined || sizeOf(rows) < engine.threads.count;
    const cut = across ? inner : rows;
    const ranges =
      cut === undefined ? [] : engine.threads.split(input.shape[cut]!, cost / calls.length, across ? 16 : 1);
    if (ranges.length > 1) {
      calls = calls.flatMap((call) =>
        ranges.map(([from, to]) => {
          const piece = moved(call, cut!, from);
          piece[across ? 1 : 0] = to - from;
          return piece;
        }),
      );
      engine.threads.run(loop, calls);
    } else for (const call of calls) loop(...call);
    operands.end();
    return true;
  }

  const kernels: Record<string, Kernel> = {};
  for (const kind of Object.keys(COMBINE)) {
    kernels[kind] = (out: Tensor, input: Tensor, dim: number) => {
      const carried = out.dtype.is_complex ? complex128 : out.dtype.category === 1 ? int64 : float64;
      if (!run(kind, carried, out, null, input, dim)) (host[kind] as Kernel)(out, input, dim);
    };
  }
  for (const kind of ["max", "min"] as const) {
    kernels[`cum${kind}`] = (outs: readonly [Tensor, Tensor], input: Tensor, dim: number) => {
      const { dtype } = input;
      const carried = dtype.is_floating_point && dtype.itemsize === 2 ? float32 : dtype;
      if (dtype.is_complex || !run(kind, carried, outs[0], outs[1], input, dim))
        (host[`cum${kind}`] as Kernel)(outs, input, dim);
    };
  }
  return kernels;
}
