import { type Device, type DType, float32, type TypedArray } from "@tt/core";
import { disposed, ManagedStorage } from "@tt/core/dispatch";
import type { GpujsResult, GpujsTexture } from "./module.ts";

/** Memory as gpu.js has it: a texture in WebGL, a typed array elsewhere. Elements are float32. */
export interface Values {
  readonly result: GpujsResult;
  readonly length: number;
}

/** Gives textures of dead storages back. */
const textures = new FinalizationRegistry<GpujsTexture>((texture) => texture.delete());

/**
 * A storage whose elements are in host memory, on the GPU, or both. The host may write to what `host` gives, so asking for it ends
 * what the GPU has; kernels that only read ask for {@link peek}.
 */
export class GpujsStorage extends ManagedStorage {
  private readonly dtype: DType;
  private readonly length: number;
  private elements: TypedArray | null = null;
  private values: Values | null = null;
  private dead = false;

  constructor(device: Device, dtype: DType, numel: number) {
    super(device, null, numel * dtype.itemsize);
    this.dtype = dtype;
    this.length = numel * dtype.lanes;
  }

  override get host(): TypedArray | null {
    this.land();
    return this.elements;
  }

  override set host(elements: TypedArray | null) {
    if (elements === null) return;
    this.drop();
    this.elements = elements;
  }

  /** The elements, only to be read. */
  peek(): TypedArray {
    if (this.dead) throw disposed();
    if (this.elements === null) {
      const { ArrayType } = this.dtype;
      const made = this.values === null ? new ArrayType(this.length) : flat(this.values);
      this.elements = made.constructor === ArrayType ? made : Uint8Array.from(made as Float32Array);
    }
    return this.elements;
  }

  /** What the GPU has of it, if anything. */
  get onDevice(): Values | null {
    if (this.dead) throw disposed();
    return this.values;
  }

  /** The elements are on the host from now on. */
  land(): void {
    this.peek();
    this.drop();
  }

  /** The elements are what a kernel gave. */
  take(values: Values): void {
    this.drop();
    this.elements = null;
    this.keep(values);
  }

  /** The GPU has the elements too. */
  keep(values: Values): void {
    this.values = values;
    if (isTexture(values.result)) textures.register(this, values.result, this);
  }

  override free(): void {
    this.drop();
    this.elements = null;
    this.dead = true;
  }

  override detachHost(): TypedArray {
    const elements = this.peek();
    this.free();
    return elements;
  }

  private drop(): void {
    const { values } = this;
    if (values === null) return;
    this.values = null;
    if (!isTexture(values.result)) return;
    textures.unregister(this);
    values.result.delete();
  }
}

export function isTexture(result: GpujsResult): result is GpujsTexture {
  return "toArray" in result && typeof result.toArray === "function";
}

/** All elements in order, whatever the kernel's output was. */
function flat({ result, length }: Values): Float32Array {
  let whole: unknown = isTexture(result) ? result.toArray() : result;
  if (whole instanceof Float32Array && whole.length === length) return whole;
  const out = new Float32Array(length);
  let at = 0;
  const add = (part: unknown): void => {
    if (part instanceof Float32Array) {
      out.set(part.length > length - at ? part.subarray(0, length - at) : part, at);
      at += part.length;
    } else (part as readonly unknown[]).forEach(add);
  };
  add(whole);
  whole = null;
  return out;
}

/** Whether elements of a dtype can be on the GPU: all of them are numbers of float32. */
export function fits(dtype: DType): boolean {
  return dtype === float32 || dtype.name === "bool";
}
