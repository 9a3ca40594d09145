import { bfloat16, type DType, float16, float32, float64, is_tensor, type Tensor } from "@tt/core";
import { type Layer, modes, type Op } from "@tt/core/dispatch";
import { castThrough } from "./cache.ts";
import { type Policy, policyOf } from "./policies.ts";

/** Casts the arguments of the ops on its device's lists. */
export class AutocastLayer implements Layer {
  readonly name = "autocast";
  readonly deviceType: string;
  readonly dtype: DType;
  readonly cacheEnabled: boolean;
  private readonly policies: (Policy | null | undefined)[] = [];

  constructor(deviceType: string, dtype: DType, cacheEnabled: boolean) {
    this.deviceType = deviceType;
    this.dtype = dtype;
    this.cacheEnabled = cacheEnabled;
  }

  handles(op: Op): boolean {
    return this.policy(op) !== null;
  }

  handle(op: Op, args: unknown[], next: (op: Op, args: unknown[]) => unknown, inplace: boolean): unknown {
    const policy = this.policy(op);
    // An op in place cannot change its target's dtype, so it runs as it is.
    if (policy === null || inplace) return next(op, args);
    const to = policy === "lower" ? this.dtype : policy === "float32" ? float32 : this.widest(op, args);
    const cast = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(cast);
      return this.eligible(value) ? castThrough(value, to, this.cacheEnabled && to === this.dtype) : value;
    };
    const given = [...args];
    for (const i of op.tensorArgs) given[i] = cast(args[i]);
    for (const i of op.listArgs) given[i] = cast(args[i]);
    return next(op, given);
  }

  private policy(op: Op): Policy | null {
    return (this.policies[op.id] ??= policyOf(this.deviceType, op));
  }

  /** Floating-point tensors of the device, float64 apart: who chose it wants it. */
  private eligible(value: unknown): value is Tensor {
    return (
      is_tensor(value) &&
      value.dtype.is_floating_point &&
      value.dtype !== float64 &&
      value.device.type === this.deviceType
    );
  }

  private widest(op: Op, args: readonly unknown[]): DType {
    const all = [...op.tensorArgs, ...op.listArgs].flatMap((i) => args[i]);
    return all.some((value) => this.eligible(value) && value.dtype === float32) ? float32 : this.dtype;
  }
}

/** The layer in force for a device. */
export function activeLayer(deviceType: string): AutocastLayer | null {
  return (
    modes().layers.find((l): l is AutocastLayer => l instanceof AutocastLayer && l.deviceType === deviceType) ?? null
  );
}

/** Dtypes that autocast can lower to. */
export const LOWER: readonly DType[] = [bfloat16, float16];
