import { type Device, type DeviceLike, device as toDevice, DType, RuntimeError, Tensor } from "@tt/core";
import { memory } from "@tt/core/dispatch";
import { ModuleTree } from "./tree.ts";

/** Moving, converting and resetting everything that a module has. */
export abstract class ModuleTransfer extends ModuleTree {
  /** @internal applies `fn` to parameters, gradients and buffers, keeping the objects */
  _apply(fn: (tensor: Tensor) => Tensor): this {
    for (const child of this.children()) child._apply(fn);
    for (const [, param] of this.ownParameters()) {
      param.data = fn(param.data);
      const { gradTensor } = param;
      if (gradTensor !== null) gradTensor.data = fn(gradTensor.data);
    }
    for (const [name, buffer] of this.ownBuffers()) {
      const made = fn(buffer);
      memory.keep?.(made);
      (this as Record<string, unknown>)[name] = made;
    }
    return this;
  }

  /**
   * Moves parameters and buffers to a device, floating-point ones to a dtype. The parameters stay
   * the same objects, so an optimizer built before keeps working.
   */
  to(device: DeviceLike | null, dtype?: DType | null): this;
  to(dtype: DType): this;
  to(options: { device?: DeviceLike | null; dtype?: DType | null }): this;
  to(other: Tensor): this;
  to(
    first: DeviceLike | DType | Tensor | { device?: DeviceLike | null; dtype?: DType | null } | null,
    second?: DType | null,
  ): this {
    let target: Device | null = null;
    let dtype: DType | null = second ?? null;
    if (first instanceof DType) dtype = first;
    else if (first instanceof Tensor) {
      target = first.device;
      dtype = first.dtype;
    } else if (typeof first === "string") target = toDevice(first);
    else if (first !== null && "type" in first) target = first;
    else if (first !== null) {
      target = first.device === null || first.device === undefined ? null : toDevice(first.device);
      dtype = first.dtype ?? null;
    }
    if (dtype !== null && dtype.category < 2) {
      throw new TypeError(
        `nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype.toString()}`,
      );
    }
    return this._apply((t) => t.to(target ?? t.device, t.dtype.category >= 2 && dtype !== null ? dtype : t.dtype));
  }

  /** Moves everything to a device without keeping the values. */
  to_empty(device: DeviceLike | { device: DeviceLike }): this {
    const target = typeof device === "object" && "device" in device ? device.device : device;
    return this._apply((t) => t.new_empty(t.shape, { device: target }));
  }

  /** Memory is shared between workers where the backend shares it; nothing needs doing here. */
  share_memory(): this {
    return this;
  }

  /** Moves everything to the cpu. */
  cpu(): this {
    return this.to("cpu");
  }

  /** @throws RuntimeError always: there is no CUDA in JavaScript; see {@link to} for the devices there are */
  cuda(_device?: unknown): never {
    throw new RuntimeError("Torch not compiled with CUDA enabled");
  }

  private castFloats(name: "float" | "double" | "half" | "bfloat16"): this {
    return this._apply((t) => (t.dtype.category >= 2 ? t[name]() : t));
  }

  /** Floating-point parameters and buffers to float32. */
  float(): this {
    return this.castFloats("float");
  }

  /** Floating-point parameters and buffers to float64. */
  double(): this {
    return this.castFloats("double");
  }

  /** Floating-point parameters and buffers to float16. */
  half(): this {
    return this.castFloats("half");
  }

  /** Floating-point parameters and buffers to bfloat16. */
  bfloat16(): this {
    return this.castFloats("bfloat16");
  }

  /** All parameters and buffers to `dst_type`. */
  type(dst_type: DType): this {
    return this._apply((t) => t.to(dst_type));
  }

  /** Sets the gradients of all parameters to zero, or to null. */
  zero_grad(set_to_none: boolean | { set_to_none?: boolean } = false): void {
    const none = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? false);
    for (const param of this.parameters()) zeroGrad(param, none);
  }

  /** Switches recording for all parameters. */
  requires_grad_(requires_grad: boolean | { requires_grad?: boolean } = true): this {
    const wanted = typeof requires_grad === "boolean" ? requires_grad : (requires_grad.requires_grad ?? true);
    for (const param of this.parameters()) param.requires_grad = wanted;
    return this;
  }
}

/** Sets one gradient to zero, or to null. */
export function zeroGrad(param: Tensor, none: boolean): void {
  const { gradTensor } = param;
  if (gradTensor === null) return;
  if (none) param.gradTensor = null;
  else if (gradTensor.grad_fn !== null) gradTensor.detach_().zero_();
  else {
    gradTensor.requires_grad = false;
    gradTensor.zero_();
  }
}
