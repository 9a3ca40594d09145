import { is_tensor, RuntimeError, stack, type Tensor } from "@tt/core";
import { anyRequiresGrad, call, callInplace, modes, type Op, type Storage } from "@tt/core/dispatch";
import { record, recordInplace, type Run } from "../../graph/record.ts";
import { batchedBy, BatchedTensor, type Batching } from "./batched.ts";
import { alignedInplace } from "./pointwise.ts";
import { drawInplace, isFactory, isRandom, random, type Randomness } from "./random.ts";
import { ruleFor } from "./rules.ts";

const INPLACE =
  "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator is being called inside the PyTorch framework, please file a bug report instead.";

/** Runs ops for all examples at once: by a rule, else example after example. */
export class VmapLayer implements Batching {
  readonly name = "vmap";
  readonly size: number;
  readonly randomness: Randomness;
  readonly storages: WeakMap<Storage, Storage> = new WeakMap();

  constructor(size: number, randomness: Randomness) {
    this.size = size;
    this.randomness = randomness;
  }

  handles(op: Op): boolean {
    return ruleFor(op) !== null || isFactory(op);
  }

  handle(op: Op, args: unknown[], next: (op: Op, args: unknown[]) => unknown, inplace: boolean): unknown {
    if (!this.touches(args))
      return isRandom(op) ? random(this, op, args, inplace, () => next(op, args)) : next(op, args);
    const below = modes().layers;
    const run: Run = () =>
      this.under(below, () => (inplace ? this.runInplace(op, args) : this.wrap(this.compute(op, args))));
    // Gradients inside the vmap are recorded here, on batched tensors; the rule's own ops record what is outside.
    return this.under([...below, this], () => {
      if (inplace)
        return op.view === null && modes().gradEnabled ? recordInplace(op, args, args[0] as Tensor, run) : run();
      const needed = op.view !== null || (modes().gradEnabled && op.recorded && anyRequiresGrad(op, args));
      return needed ? record(op, args, run) : run();
    });
  }

  /** Whether any argument is batched here. */
  touches(args: readonly unknown[]): boolean {
    return args.some((arg) => (Array.isArray(arg) ? arg.some((a) => batchedBy(a, this)) : batchedBy(arg, this)));
  }

  private under<R>(layers: ReturnType<typeof modes>["layers"], fn: () => R): R {
    const now = modes();
    const before = now.layers;
    now.layers = layers;
    try {
      return fn();
    } finally {
      now.layers = before;
    }
  }

  wrap(result: unknown): unknown {
    if (is_tensor(result)) return new BatchedTensor(result, this);
    return Array.isArray(result)
      ? result.map((item) => (is_tensor(item) ? new BatchedTensor(item, this) : item))
      : result;
  }

  /** The result for all examples, along dimension 0. */
  private compute(op: Op, args: unknown[]): unknown {
    if (isRandom(op)) return random(this, op, args, false, () => this.loop(op, args));
    return ruleFor(op)?.(this, op, args) ?? this.loop(op, args);
  }

  /** Example after example. */
  loop(op: Op, args: unknown[], before?: () => void): unknown {
    return this.each(args, (slice) => {
      before?.();
      return call(op, slice);
    });
  }

  /** Calls `fn` with each example's arguments and stacks what it gives. */
  each(args: readonly unknown[], fn: (args: unknown[]) => unknown): unknown {
    const results: unknown[] = [];
    for (let i = 0; i < this.size; i++) {
      const pick = (arg: unknown): unknown => (batchedBy(arg, this) ? arg.value.select(0, i) : arg);
      results.push(fn(args.map((arg) => (Array.isArray(arg) ? arg.map(pick) : pick(arg)))));
    }
    const [first] = results;
    if (is_tensor(first)) return stack(results as Tensor[]);
    if (!Array.isArray(first)) return first;
    return first.map((item, k) =>
      is_tensor(item) ? stack(results.map((r) => (r as Tensor[])[k]!)) : (item as unknown),
    );
  }

  private runInplace(op: Op, args: unknown[]): Tensor {
    const target = args[0] as Tensor;
    if (!batchedBy(target, this)) throw new RuntimeError(INPLACE);
    if (op.view !== null) {
      const cells = target.versionCell;
      target.rebind(this.compute(op, args) as Tensor);
      cells.version++;
      return target;
    }
    if (isRandom(op)) drawInplace(this, op, target, args);
    else if (op.pointwise !== null || op.mutates) callInplace(op, alignedInplace(this, op, args));
    else target.value.copy_(this.compute(op, args) as Tensor);
    target.versionCell.version++;
    return target;
  }
}
