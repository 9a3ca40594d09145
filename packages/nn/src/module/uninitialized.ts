import { type DeviceLike, type DType, empty, Parameter, Tensor } from "@tt/core";

interface Making {
  readonly device?: DeviceLike | null;
  readonly dtype?: DType | null;
}

function materialize(tensor: Tensor, shape: readonly number[], prototype: object): void {
  const made = empty([...shape], { dtype: tensor.dtype, device: tensor.device });
  tensor.setLayout(made.storage, made.dtype, made.shape, made.strides, made.offset);
  Object.setPrototypeOf(tensor, prototype);
}

/** A parameter whose shape is not known before the first forward pass, as lazy modules have. */
export class UninitializedParameter extends Parameter {
  constructor(requires_grad = true, options: Making = {}) {
    super(empty([0], { ...options }), requires_grad);
  }

  /** The class it is one of afterwards. */
  get cls_to_become(): typeof Parameter {
    return Parameter;
  }

  /** Gives the parameter memory of `shape` and makes it an ordinary one. */
  materialize(shape: readonly number[]): void {
    materialize(this, shape, Parameter.prototype);
  }
}

/** A buffer whose shape is not known before the first forward pass. */
export class UninitializedBuffer extends Tensor {
  constructor(_requires_grad = false, options: Making = {}) {
    const made = empty([0], { ...options });
    super(made.storage, made.dtype, made.shape, made.strides, made.offset);
  }

  /** The class it is one of afterwards. */
  get cls_to_become(): typeof Tensor {
    return Tensor;
  }

  /** Gives the buffer memory of `shape` and makes it an ordinary one. */
  materialize(shape: readonly number[]): void {
    materialize(this, shape, Tensor.prototype);
  }
}

/** Whether a parameter or buffer still waits for its shape. */
export function is_lazy(param: unknown): param is UninitializedParameter | UninitializedBuffer {
  return param instanceof UninitializedParameter || param instanceof UninitializedBuffer;
}
