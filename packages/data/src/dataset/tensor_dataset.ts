import { RuntimeError, type Tensor } from "@tt/core";
import { Dataset } from "./dataset.ts";

/** One tensor for each of `T`. */
export type Row<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

/**
 * Rows of tensors: item i is an array of the i-th slice of each.
 * @example
 * ```ts
 * import { TensorDataset } from "@tt/data";
 * import { tensor } from "@tt/core";
 * const dataset = new TensorDataset(tensor([[1, 2], [3, 4]]), tensor([0n, 1n]));
 * const [x, y] = dataset.at(1);
 * x.tolist(); // [3, 4]
 * ```
 */
export class TensorDataset<const T extends readonly Tensor[]> extends Dataset<Row<T>> {
  readonly tensors: T;

  /** @throws RuntimeError when the first dimensions differ */
  constructor(...tensors: T) {
    super();
    if (tensors.some((t) => t.size(0) !== tensors[0]!.size(0))) throw new RuntimeError("Size mismatch between tensors");
    this.tensors = tensors;
  }

  override get length(): number {
    return this.tensors[0]!.size(0);
  }

  override at(index: number): Row<T> {
    return this.tensors.map((tensor) => tensor.select(0, index)) as Row<T>;
  }
}
