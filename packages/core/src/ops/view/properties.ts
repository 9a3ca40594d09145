import { RuntimeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { conj } from "../helpers.ts";

/** Transposes that PyTorch spells as properties. */
export interface TensorTransposes {
  /** The dimensions in reverse order, as a view. */
  readonly T: Tensor;
  /** The last two dimensions swapped, as a view. */
  readonly mT: Tensor;
  /**
   * The conjugate transpose of a matrix.
   * @throws RuntimeError unless the tensor has 2 dimensions (or none)
   */
  readonly H: Tensor;
  /** The conjugate transposes of a batch of matrices. */
  readonly mH: Tensor;
}

function swapped(tensor: Tensor, name: string): Tensor {
  if (tensor.ndim === 1) {
    throw new RuntimeError(`tensor.${name} is only supported on matrices or batches of matrices. Got 1-D tensor.`);
  }
  return tensor.ndim === 0 ? tensor : tensor.transpose(-2, -1);
}

const properties: Record<keyof TensorTransposes, (this: Tensor) => Tensor> = {
  T() {
    return this.permute(Array.from({ length: this.ndim }, (_, i) => this.ndim - 1 - i));
  },
  mT() {
    return swapped(this, "mT");
  },
  H() {
    if (this.ndim !== 2 && this.ndim !== 0) {
      throw new RuntimeError(
        `tensor.H is only supported on matrices (2-D tensors). Got ${this.ndim}-D tensor.${this.ndim > 2 ? " For batches of matrices, consider using tensor.mH" : ""}`,
      );
    }
    return conj(swapped(this, "H"));
  },
  mH() {
    return conj(swapped(this, "mH"));
  },
};

for (const [name, get] of Object.entries(properties)) {
  Object.defineProperty(Tensor.prototype, name, { get, configurable: true });
}
