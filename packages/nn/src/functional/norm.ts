import { callOp } from "@tt/core/dispatch";
import { RuntimeError, type Tensor, ValueError } from "@tt/core";
import { defineFunction } from "./define.ts";

type Maybe = Tensor | null;

/** Statistics need more than one value a channel. */
function checkCount(shape: readonly number[], perExample: boolean): void {
  const rest = shape.slice(2).reduce((a, b) => a * b, 1);
  const count = perExample ? rest : shape[0]! * rest;
  if (count === 1) {
    const what = perExample ? "spatial element" : "value per channel";
    throw new ValueError(
      `Expected more than 1 ${what} when training, got input size torch.Size([${shape.join(", ")}])`,
    );
  }
}

defineFunction(
  "batch_norm(Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight=None, Tensor? bias=None, bool training=False, float momentum=0.1, float eps=1e-05) -> Tensor",
  "Batch normalisation (Ioffe and Szegedy 2015) of input [N, C, ...]; in training the running statistics move by `momentum`.",
  (
    input: Tensor,
    mean: Maybe,
    variance: Maybe,
    weight: Maybe,
    bias: Maybe,
    training: boolean,
    momentum: number,
    eps: number,
  ) => {
    if (training) checkCount(input.shape, false);
    return callOp("batch_norm", input, weight, bias, mean, variance, training, momentum, eps, false);
  },
);

defineFunction(
  "instance_norm(Tensor input, Tensor? running_mean=None, Tensor? running_var=None, Tensor? weight=None, Tensor? bias=None, bool use_input_stats=True, float momentum=0.1, float eps=1e-05) -> Tensor",
  "Normalises every channel of every example by itself (Ulyanov et al. 2016).",
  (
    input: Tensor,
    mean: Maybe,
    variance: Maybe,
    weight: Maybe,
    bias: Maybe,
    use_input_stats: boolean,
    momentum: number,
    eps: number,
  ) => {
    if (use_input_stats) checkCount(input.shape, true);
    return callOp("instance_norm", input, weight, bias, mean, variance, use_input_stats, momentum, eps, false);
  },
);

defineFunction(
  "layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05) -> Tensor",
  "Normalises the last dimensions, `normalized_shape`, to mean 0 and variance 1 (Ba et al. 2016), then scales and shifts.",
  (input: Tensor, shape: readonly number[], weight: Maybe, bias: Maybe, eps: number) =>
    callOp("layer_norm", input, shape, weight, bias, eps, true),
);

defineFunction(
  "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05) -> Tensor",
  "Normalises groups of channels of every example of input [N, C, ...] (Wu and He 2018).",
  (input: Tensor, groups: number, weight: Maybe, bias: Maybe, eps: number) => {
    if (input.ndim < 2)
      throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${input.ndim}`);
    const [batch, channels, ...rest] = input.shape as [number, number, ...number[]];
    checkCount([Math.floor((batch * channels) / groups), groups, ...rest], false);
    return callOp("group_norm", input, groups, weight, bias, eps, true);
  },
);

defineFunction(
  "local_response_norm(Tensor input, int size, float alpha=0.0001, float beta=0.75, float k=1.0) -> Tensor",
  "Divides every element by a power of the mean square of `size` neighbouring channels (Krizhevsky et al. 2012).",
  (input: Tensor, size: number, alpha: number, beta: number, k: number) => {
    const { shape, ndim } = input;
    if (ndim < 3) {
      throw new ValueError(
        `Expected 3D or higher dimensionality                          input (got ${ndim} dimensions)`,
      );
    }
    if (input.numel() === 0) return input;
    const [left, right] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
    const squares = input.mul(input).unsqueeze(1);
    const [batch, channels, ...rest] = shape as [number, number, ...number[]];
    let mean: Tensor;
    if (ndim === 3) {
      const padded = callOp("constant_pad_nd", squares, [0, 0, left, right], 0);
      mean = callOp("avg_pool2d", padded, [size, 1], [1, 1], [0, 0], false, true, null).squeeze(1);
    } else {
      const last = rest.at(-1)!;
      const volume = squares.view([batch, 1, channels, rest[0]!, -1]);
      const padded = callOp("constant_pad_nd", volume, [0, 0, 0, 0, left, right], 0);
      mean = callOp("avg_pool3d", padded, [size, 1, 1], [1, 1, 1], [0, 0, 0], false, true, null).squeeze(1);
      mean = mean.view([batch, channels, ...rest.slice(0, -1), last]);
    }
    return input.div(mean.mul(alpha).add(k).pow(beta));
  },
);

defineFunction(
  "normalize(Tensor input, float p=2.0, int[1] dim=1, float eps=1e-12, *, Tensor? out=None) -> Tensor",
  "Divides vectors along `dim` by their p-norm, which is not taken below `eps`.",
  (input: Tensor, p: number, dim: readonly number[], eps: number, out: Maybe) => {
    const norm = callOp("norm", input, p, dim, true, null).clamp_min(eps).expand_as(input);
    const result = input.div(norm);
    return out === null ? result : out.copy_(result);
  },
);
