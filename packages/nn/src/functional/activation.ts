import { callOp, defineOp } from "@tt/core/dispatch";
import { type Generator, RuntimeError, type Scalar, type Tensor } from "@tt/core";
import { apply } from "./apply.ts";

/** Functions of core (public there or internal) with PyTorch's `inplace` argument. */
const withInplace: readonly (readonly [name: string, parameters: string, doc: string])[] = [
  ["relu", "", "`max(input, 0)`, element by element."],
  ["elu", ", float alpha=1.0", "`input` where positive, else `alpha * expm1(input)`."],
  ["selu", "", "The self-normalising exponential linear unit."],
  ["celu", ", float alpha=1.0", "`input` where positive, else `alpha * expm1(input / alpha)`."],
  ["leaky_relu", ", float negative_slope=0.01", "`input` where positive, else `negative_slope * input`."],
  ["threshold", ", float threshold, float value", "`input` where it is greater than `threshold`, else `value`."],
  ["hardtanh", ", float min_val=-1.0, float max_val=1.0", "`input` limited to `min_val` ... `max_val`."],
  ["hardsigmoid", "", "`relu6(input + 3) / 6`."],
  ["hardswish", "", "`input * relu6(input + 3) / 6`."],
  ["silu", "", "`input * sigmoid(input)`, also called swish."],
  ["mish", "", "`input * tanh(softplus(input))`."],
];

/** Arguments that the op behind `name` takes beyond the public ones. */
const extra: Readonly<Record<string, readonly Scalar[]>> = { elu: [1, 1] };

for (const [name, parameters, doc] of withInplace) {
  const rest = extra[name] ?? [];
  const count = parameters.split(",").length - 1;
  defineOp({
    schema: `nn_${name}(Tensor input${parameters}, bool inplace=False) -> Tensor`,
    doc,
    namespace: "nn.functional",
    variants: "function",
    out: false,
    decompose: (input: Tensor, ...args: Scalar[]) =>
      apply(name, args[count] === true, input, ...args.slice(0, count), ...rest),
  });
}

/** Those that PyTorch also offers as in-place functions. */
for (const name of ["relu", "elu", "selu", "celu", "leaky_relu", "threshold", "hardtanh"]) {
  const [, parameters, doc] = withInplace.find(([found]) => found === name)!;
  defineOp({
    schema: `nn_${name}_(Tensor input${parameters}) -> Tensor`,
    doc: `In place: ${doc}`,
    namespace: "nn.functional",
    variants: "function",
    out: false,
    decompose: (input: Tensor, ...args: Scalar[]) => apply(name, true, input, ...args, ...(extra[name] ?? [])),
  });
}

defineOp({
  schema: "nn_relu6(Tensor input, bool inplace=False) -> Tensor",
  doc: "`input` limited to 0 ... 6.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor, inplace: boolean) => apply("hardtanh", inplace, input, 0, 6),
});

const RRELU = "Tensor input, float lower=0.125, float upper=0.3333333333333333, bool training=False";

defineOp({
  schema: `nn_rrelu(${RRELU}, bool inplace=False, *, Generator? generator=None) -> Tensor`,
  doc: "`input` where positive, else `input` times a slope: drawn between `lower` and `upper` in training, else their mean.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (
    input: Tensor,
    lower: number,
    upper: number,
    training: boolean,
    inplace: boolean,
    generator: Generator | null,
  ) => apply("rrelu", inplace, input, lower, upper, training, generator),
});

defineOp({
  schema: `nn_rrelu_(${RRELU}, *, Generator? generator=None) -> Tensor`,
  doc: "In-place form of `rrelu`.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor, lower: number, upper: number, training: boolean, generator: Generator | null) =>
    apply("rrelu", true, input, lower, upper, training, generator),
});

for (const [name, doc] of [
  ["sigmoid", "`1 / (1 + exp(-input))`."],
  ["tanh", "The hyperbolic tangent."],
] as const) {
  defineOp({
    schema: `nn_${name}(Tensor input) -> Tensor`,
    doc,
    namespace: "nn.functional",
    variants: "function",
    out: false,
    decompose: (input: Tensor) => callOp(name, input),
  });
}

defineOp({
  schema: "nn_softsign(Tensor input) -> Tensor",
  doc: "`input / (1 + abs(input))`.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor) => input.div(input.abs().add(1)),
});

defineOp({
  schema: "nn_tanhshrink(Tensor input) -> Tensor",
  doc: "`input - tanh(input)`.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor) => input.sub(input.tanh()),
});

defineOp({
  schema: "nn_hardshrink(Tensor input, float lambd=0.5) -> Tensor",
  doc: "0 where `input` lies in [-lambd, lambd], else `input`.",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor, lambd: number) => callOp("hardshrink", input, lambd),
});

defineOp({
  schema: "nn_prelu(Tensor input, Tensor weight) -> Tensor",
  doc: "`input` where positive, else `weight * input`, one weight for all or for each channel (dimension 1).",
  namespace: "nn.functional",
  variants: "function",
  out: false,
  decompose: (input: Tensor, weight: Tensor) => callOp("prelu", input, weight),
});

defineOp({
  schema: "nn_glu(Tensor input, int dim=-1) -> Tensor",
  doc: "The gated linear unit: the first half of dimension `dim` times the sigmoid of the second.",
  namespace: "nn.functional",
  variants: "function",
  gradName: "GluBackward0",
  out: false,
  check: (input: Tensor, dim: number) => {
    if (input.ndim === 0) {
      throw new RuntimeError("glu does not support scalars because halving size must be even");
    }
    const axis = dim < 0 ? dim + input.ndim : dim;
    const size = input.shape[axis];
    if (size !== undefined && size % 2 !== 0) {
      throw new RuntimeError(`Halving dimension must be even, but dimension ${axis} is size ${size}`);
    }
  },
  decompose: (input: Tensor, dim: number) => {
    const [value, gate] = input.chunk(2, dim) as [Tensor, Tensor];
    return value.mul(gate.sigmoid());
  },
  derivative: {
    input: [
      (g: Tensor, input: Tensor, dim: number) => {
        const [value, gate] = input.chunk(2, dim) as [Tensor, Tensor];
        const open = gate.sigmoid();
        return callOp("cat", [g.mul(open), callOp("sigmoid_backward", g.mul(value), open)], dim);
      },
      "input",
      "dim",
    ],
  },
});
