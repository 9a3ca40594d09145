import { inspectAs } from "./dtype/dtype.ts";
import { RuntimeError } from "./errors.ts";

/**
 * Where a tensor's elements live: `torch.device("cpu")`, `torch.device("wasm")`, `torch.device("gpu", 0)`.
 * Instances are interned: equal devices are the same object.
 */
export class Device {
  readonly type: string;
  readonly index: number | null;

  /** @internal use {@link device} */
  constructor(type: string, index: number | null) {
    this.type = type;
    this.index = index;
  }

  toString(): string {
    return this.index === null ? this.type : `${this.type}:${this.index}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

inspectAs(Device.prototype, (d) =>
  d.index === null ? `device(type='${d.type}')` : `device(type='${d.type}', index=${d.index})`,
);

const interned = new Map<string, Device>();

/** What stands for a device in arguments. */
export type DeviceLike = Device | string;

/**
 * The device named by `type` such as `"cpu"` or `"gpu:0"`.
 * @throws RuntimeError when the text is not `type` or `type:index`
 */
export function device(type: DeviceLike, index?: number): Device {
  if (type instanceof Device) return type;
  const key = index === undefined ? type : `${type}:${index}`;
  let found = interned.get(key);
  if (found === undefined) {
    const match = /^([a-z_][a-z_0-9-]*)(?::(\d+))?$/.exec(key);
    if (match === null) throw new RuntimeError(`Invalid device string: '${key}'`);
    found = new Device(match[1]!, match[2] === undefined ? null : Number(match[2]));
    interned.set(key, found);
  }
  return found;
}

export const CPU: Device = device("cpu");
