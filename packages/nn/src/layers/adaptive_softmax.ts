import { RuntimeError, type Tensor, ValueError } from "@tt/core";
import { callOp } from "@tt/core/dispatch";
import { ModuleList } from "../containers/lists.ts";
import { Sequential } from "../containers/sequential.ts";
import { bindConstructor, type ConstructorArgs } from "../module/construct.ts";
import { Module } from "../module/module.ts";
import { factory, type FactoryOptions, Linear } from "./linear.ts";

interface AdaptiveSoftmaxArgs extends FactoryOptions {
  in_features: number;
  n_classes: number;
  cutoffs: readonly number[];
  div_value?: number;
  head_bias?: boolean;
}

/** What {@link AdaptiveLogSoftmaxWithLoss} gives: the log probability of every target and the mean loss. */
export type AdaptiveOutput = [output: Tensor, loss: Tensor] & { readonly output: Tensor; readonly loss: Tensor };

const logSoftmax = (input: Tensor): Tensor => callOp("log_softmax", input, 1, null);

/**
 * Adaptive softmax (Grave et al. 2017) for many classes sorted by frequency: a head of frequent ones and clusters of the
 * others with ever smaller projections.
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly in_features: number;
  readonly n_classes: number;
  readonly cutoffs: readonly number[];
  readonly div_value: number;
  readonly head_bias: boolean;
  readonly shortlist_size: number;
  readonly n_clusters: number;
  readonly head_size: number;
  head: Linear;
  tail: ModuleList<Sequential>;

  constructor(
    ...args: ConstructorArgs<
      AdaptiveSoftmaxArgs,
      ["in_features", "n_classes", "cutoffs", "div_value", "head_bias", "device", "dtype"]
    >
  ) {
    super();
    const [inputs, classes, given, div_value, head_bias, device, dtype] = bindConstructor<
      [number, number, readonly number[], number, boolean, unknown, unknown]
    >(
      "AdaptiveLogSoftmaxWithLoss(int in_features, int n_classes, int[] cutoffs, float div_value=4.0, bool head_bias=False, Device? device=None, ScalarType? dtype=None)",
      args,
    );
    if (
      given.length === 0 ||
      given.some((c, i) => c <= 0 || c > classes - 1 || !Number.isInteger(c) || (i > 0 && c <= given[i - 1]!))
    ) {
      throw new ValueError(
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1",
      );
    }
    const options = factory(device, dtype);
    this.in_features = inputs;
    this.n_classes = classes;
    this.cutoffs = [...given, classes];
    this.div_value = div_value;
    this.head_bias = head_bias;
    this.shortlist_size = given[0]!;
    this.n_clusters = given.length;
    this.head_size = this.shortlist_size + this.n_clusters;
    this.head = new Linear(inputs, this.head_size, { bias: head_bias, ...options });
    this.tail = new ModuleList();
    for (let i = 0; i < this.n_clusters; i++) {
      const hidden = Math.floor(inputs / div_value ** (i + 1));
      const size = this.cutoffs[i + 1]! - this.cutoffs[i]!;
      this.tail.append(
        new Sequential(
          new Linear(inputs, hidden, { bias: false, ...options }),
          new Linear(hidden, size, { bias: false, ...options }),
        ),
      );
    }
  }

  /** Draws all parameters anew. */
  reset_parameters(): void {
    this.head.reset_parameters();
    for (const cluster of this.tail) for (const layer of cluster.children()) (layer as Linear).reset_parameters();
  }

  private tailOf(i: number): (input: Tensor) => Tensor {
    return [...this.tail][i] as unknown as (input: Tensor) => Tensor;
  }

  override forward(given: Tensor, labels: Tensor): AdaptiveOutput {
    const batched = labels.ndim > 0;
    const input = batched ? given : given.unsqueeze(0);
    const target = batched ? labels : labels.unsqueeze(0);
    if (input.shape[0] !== target.shape[0]) {
      throw new RuntimeError("Input and target should have the same size in the batch dimension.");
    }
    const bounds = [0, ...this.cutoffs];
    const head = logSoftmax(this.head(input));
    let output = input.new_zeros([target.shape[0]!]);
    let gather = target;
    let used = 0;
    for (let i = 0; i < bounds.length - 1; i++) {
      const inside = target.ge(bounds[i]!).logical_and(target.lt(bounds[i + 1]!));
      const rows = inside.nonzero().select(1, 0);
      used += rows.shape[0]!;
      if (rows.shape[0] === 0 || i === 0) continue;
      const relative = target.index_select(0, rows).sub(bounds[i]!);
      const local = logSoftmax(this.tailOf(i - 1)(input.index_select(0, rows)));
      output = output.index_copy(0, rows, local.gather(1, relative.unsqueeze(1)).squeeze(1));
      gather = gather.index_fill(0, rows, this.shortlist_size + i - 1);
    }
    if (used !== target.shape[0]) {
      throw new RuntimeError(
        `Target values should be in [0, ${this.n_classes - 1}], but values in range [${target.min().item()}, ${target.max().item()}] were found. `,
      );
    }
    output = output.add(head.gather(1, gather.unsqueeze(1)).squeeze(1));
    const loss = output.neg().mean();
    const result = batched ? output : output.squeeze(0);
    return Object.assign([result, loss] as [Tensor, Tensor], { output: result, loss });
  }

  /** Log probabilities of all classes, [N, n_classes]. */
  log_prob(input: Tensor): Tensor {
    const head = logSoftmax(this.head(input));
    const parts = [head.narrow(1, 0, this.shortlist_size)];
    for (let i = 0; i < this.n_clusters; i++) {
      parts.push(logSoftmax(this.tailOf(i)(input)).add(head.narrow(1, this.shortlist_size + i, 1)));
    }
    return callOp("cat", parts, 1);
  }

  /** The most probable class of every example. */
  predict(input: Tensor): Tensor {
    return this.log_prob(input).argmax(1);
  }
}
