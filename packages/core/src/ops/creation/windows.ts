import { CPU, type Device } from "../../device.ts";
import { allocate } from "../../dispatch/allocate.ts";
import { get_default_device } from "../../dispatch/backend.ts";
import { defineOp } from "../../dispatch/op.ts";
import { type DType, get_default_dtype, scalarTypeName, writeElement } from "../../dtype/index.ts";
import { RuntimeError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const TAIL =
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool pin_memory=False, bool requires_grad=False";
type Tail = [DType | null, unknown, Device | null, boolean, boolean];

/** The modified Bessel function of order 0, by its series. */
function i0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

type Shape = (i: number, n: number, ...params: number[]) => number;
const turn = (i: number, n: number): number => (2 * Math.PI * i) / n;

/** Windows over positions 0 to n: name, further parameters with defaults, and the value at i. */
const WINDOWS: readonly (readonly [string, readonly string[], string, Shape])[] = [
  ["hann_window", [], "Hann window: half a raised cosine.", (i, n) => 0.5 - 0.5 * Math.cos(turn(i, n))],
  [
    "hamming_window",
    ["float alpha=0.54", "float beta=0.46"],
    "Hamming window: `alpha - beta cos`.",
    (i, n, alpha, beta) => alpha - beta * Math.cos(turn(i, n)),
  ],
  [
    "blackman_window",
    [],
    "Blackman window: two cosine terms.",
    (i, n) => 0.42 - 0.5 * Math.cos(turn(i, n)) + 0.08 * Math.cos(2 * turn(i, n)),
  ],
  ["bartlett_window", [], "Bartlett window: a triangle.", (i, n) => 1 - Math.abs((2 * i) / n - 1)],
  [
    "kaiser_window",
    ["float beta=12.0"],
    "Kaiser window with shape parameter `beta`.",
    (i, n, beta) => i0(beta * Math.sqrt(Math.max(0, 1 - ((2 * i) / n - 1) ** 2))) / i0(beta),
  ],
];

for (const [name, params, doc, shape] of WINDOWS) {
  const all = ["int window_length", "bool periodic=True", ...params].join(", ");
  defineOp({
    schema: `${name}(${all}, *, ${TAIL}) -> Tensor`,
    doc: `${doc} A periodic window is one element short of a symmetric one.`,
    variants: "function",
    out: false,
    decompose: (length: number, periodic: boolean, ...rest: unknown[]) => {
      const values = rest.splice(0, params.length) as number[];
      const [dtype, , device, , requires_grad] = rest as Tail;
      return windowOf(name, length, periodic, dtype, device, requires_grad, (i, n) => shape(i, n, ...values));
    },
  });
}

function windowOf(
  name: string,
  length: number,
  periodic: boolean,
  dtype: DType | null,
  device: Device | null,
  requires_grad: boolean,
  shape: (i: number, n: number) => number,
): Tensor {
  const kind = dtype ?? get_default_dtype();
  if (kind.category < 2) {
    throw new RuntimeError(`${name} expects floating point dtypes, got: ${scalarTypeName(kind)}`);
  }
  if (length < 0) {
    throw new RuntimeError(`${name} requires non-negative window_length, got window_length=${length}`);
  }
  const host = allocate([length], kind, CPU);
  const span = periodic ? length : length - 1;
  for (let i = 0; i < length; i++) writeElement(host.array, kind, i, length === 1 ? 1 : shape(i, span));
  const out = host.to(device ?? get_default_device());
  if (requires_grad) out.requires_grad = true;
  return out;
}
