import { call } from "../dispatch/call.ts";
import type { DType } from "../dtype/index.ts";
import { RuntimeError } from "../errors.ts";
import { alias } from "../ops/view/select.ts";
import type { TensorData } from "./literal.ts";
import { Tensor } from "./tensor.ts";

/** Members that older programs use, and those of kinds of tensors that tt has not. They work once `@tt/core/compat` is imported. */
export interface TensorFormer {
  /** A tensor of this one's dtype and device: of the sizes given, without values, or of the data given. */
  "new"(...sizes: number[]): Tensor;
  "new"(data: TensorData): Tensor;
  /** @deprecated use `reshape` or `resize_as_`: this tensor's elements in the other's shape. */
  resize_as(tensor: Tensor): Tensor;
  /** This tensor, which is dense; in `dtype` if one is given. */
  to_dense(dtype?: DType | null): Tensor;
  /** The same memory and history as an instance of `cls`. */
  as_subclass<T extends Tensor>(cls: abstract new (...args: never[]) => T): T;
  /** False: dimensions have no names. */
  has_names(): boolean;
  /** Null for every dimension: they have no names. */
  readonly names: readonly null[];
  /** @deprecated false; see `no_grad`. */
  readonly volatile: boolean;
  /** @throws RuntimeError as PyTorch does: it is gone, use distributions */
  reinforce(reward: unknown): never;
}

const methods: Record<string, (this: Tensor, ...args: never[]) => unknown> = {
  new(...args: (number | TensorData)[]): Tensor {
    const [first] = args;
    if (args.every((arg) => typeof arg === "number")) return this.new_empty(args.length === 0 ? [0] : [...args]);
    return this.new_tensor(first as TensorData);
  },
  resize_as(other: Tensor): Tensor {
    if (this.numel() === other.numel()) return this.reshape(other.shape);
    throw new RuntimeError(
      `requested resize to ${other.shape.join("x")} (${other.numel()} elements in total), but the given tensor has a size of ${this.shape.join("x")} (${this.numel()} elements). autograd's resize can only change the shape of a given tensor, while preserving the number of elements. `,
    );
  },
  to_dense(dtype?: DType | null): Tensor {
    return dtype === undefined || dtype === null ? this : this.to(dtype);
  },
  as_subclass<T extends Tensor>(cls: abstract new (...args: never[]) => T): T {
    return Object.setPrototypeOf(call(alias, [this]), cls.prototype as object) as T;
  },
  has_names(): boolean {
    return false;
  },
  reinforce(): never {
    throw new RuntimeError(
      "reinforce() was removed.\nUse torch.distributions instead.\nSee https://pytorch.org/docs/master/distributions.html",
    );
  },
};

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}
Object.defineProperty(Tensor.prototype, "names", {
  get(this: Tensor): null[] {
    return this.shape.map(() => null);
  },
  configurable: true,
});
Object.defineProperty(Tensor.prototype, "volatile", { get: () => false, configurable: true });
