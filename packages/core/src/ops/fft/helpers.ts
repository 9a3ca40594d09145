import type { Device } from "../../device.ts";
import { defineOp } from "../../dispatch/op.ts";
import type { DType } from "../../dtype/index.ts";
import { get_default_dtype } from "../../dtype/index.ts";
import { wrapDim } from "../../layout.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { callOp } from "../pointwise/formulas.ts";

const TAIL = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool requires_grad=False";
type Tail = [dtype: DType | null, layout: unknown, device: Device | null, requires_grad: boolean];

function frequencies(
  numbers: readonly [number, number][],
  step: number,
  [dtype, , device, requires_grad]: Tail,
): Tensor {
  const kind = dtype ?? get_default_dtype();
  const parts = numbers.map(([from, to]) => callOp("arange", from, to, 1, kind, null, device, false, false));
  const result = (parts.length === 1 ? parts[0]! : callOp("cat", parts, 0)).mul(step);
  if (requires_grad) result.requires_grad = true;
  return result;
}

defineOp({
  schema: `fft_fftfreq(int n, float d=1.0, *, ${TAIL}) -> Tensor`,
  doc: "The frequencies of a transform of `n` points at distance `d`: 0, 1, ... and the negative ones, over `n d`.",
  namespace: "fft",
  variants: "function",
  decompose: (n: number, d: number, ...tail: Tail) =>
    frequencies(
      [
        [0, Math.floor((n - 1) / 2) + 1],
        [-Math.floor(n / 2), 0],
      ],
      1 / (n * d),
      tail,
    ),
});

defineOp({
  schema: `fft_rfftfreq(int n, float d=1.0, *, ${TAIL}) -> Tensor`,
  doc: "The frequencies of half a transform of `n` points at distance `d`.",
  namespace: "fft",
  variants: "function",
  decompose: (n: number, d: number, ...tail: Tail) => frequencies([[0, Math.floor(n / 2) + 1]], 1 / (n * d), tail),
});

for (const [name, doc, shift] of [
  ["fftshift", "Moves the zero frequency to the middle", (n: number) => Math.floor(n / 2)],
  ["ifftshift", "Moves the zero frequency from the middle to the front", (n: number) => Math.floor((n + 1) / 2)],
] as const) {
  defineOp({
    schema: `fft_${name}(Tensor input, int[1]? dim=None) -> Tensor`,
    doc: `${doc}, along all dimensions or those of \`dim\`.`,
    namespace: "fft",
    variants: "function",
    out: false,
    decompose: (input: Tensor, dim: readonly number[] | null) => {
      const dims = dim === null ? [...input.shape.keys()] : dim.map((d) => wrapDim(d, input.ndim));
      return dims.length === 0
        ? input.clone()
        : input.roll(
            dims.map((d) => shift(input.shape[d]!)),
            dims,
          );
    },
  });
}
