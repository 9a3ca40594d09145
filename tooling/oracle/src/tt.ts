/** The only door to tt: everything the runner asks of `@tt/torch` goes through this file. */

import {
  contiguousStrides,
  type Elements,
  elementsOf,
  isComplex,
  numel,
  positions,
  type TensorRecord,
} from "./elements.ts";
import { fromBfloat16Bits, fromHalfBits, toBfloat16Bits, toHalfBits } from "./half.ts";

/** What the runner itself reads of a tensor; everything else is reached by name. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly dtype: { readonly name: string };
  readonly device: { readonly type: string };
  readonly storage: object;
  readonly array: ArrayLike<number | bigint>;
  requires_grad: boolean;
  grad: Tensor | null;
}

/** Results and arguments of calls that are found by name. */
export type Value = unknown;
type Callable = (...args: readonly Value[]) => Value;
type Constructor = new (...args: readonly Value[]) => object;

/** tt has no such name. */
export class Missing extends Error {
  constructor(name: string) {
    super(`missing: ${name}`);
    this.name = "Missing";
  }
}

export class TT {
  readonly device: string;
  readonly torch: object;
  private readonly roots: Readonly<Record<string, object>>;
  private readonly TensorClass: abstract new () => object;

  /** @param namespace - what `import * as torch from "@tt/torch"` gives */
  constructor(namespace: object, device: string, vision: object | null = null) {
    this.device = device;
    this.torch = namespace;
    this.roots = { torch: namespace, ...(vision && { torchvision: vision }) };
    this.TensorClass = property(namespace, "Tensor") as abstract new () => object;
  }

  /** What a dotted name stands for, such as `torch.nn.functional.relu`; undefined when tt lacks it. */
  find(path: string): Value {
    const [root = "", ...names] = path.split(".");
    return names.reduce<Value>((value, name) => property(value, name), this.roots[root]);
  }

  /** @throws Missing when tt lacks the name */
  resolve(path: string): Value {
    const found = this.find(path);
    if (found === undefined) throw new Missing(path);
    return found;
  }

  call(path: string, args: readonly Value[]): Value {
    const found = this.resolve(path);
    if (typeof found !== "function") throw new Missing(`${path} (not a function)`);
    return (found as Callable)(...args);
  }

  construct(path: string, args: readonly Value[]): object {
    const found = this.resolve(path);
    if (typeof found !== "function") throw new Missing(`${path} (not a class)`);
    return new (found as Constructor)(...args);
  }

  isTensor(value: Value): value is Tensor {
    return value instanceof this.TensorClass;
  }

  isDtype(value: Value): value is { readonly name: string } {
    return (
      typeof value === "object" && value !== null && value === this.find(`torch.${String(property(value, "name"))}`)
    );
  }

  /** A fresh tensor with exactly the recorded values, strides and requires_grad flag. */
  tensor(record: TensorRecord): Tensor {
    if (record.layout === "sparse_coo") return this.sparse(record);
    const tensor = this.fromElements(elementsOf(record), record.stride);
    if (record.requires_grad === true) tensor.requires_grad = true;
    return tensor;
  }

  private sparse(record: TensorRecord): Tensor {
    const args = [this.tensor(record.indices!), this.tensor(record.values!), [...record.shape]];
    const tensor = this.call("torch.sparse_coo_tensor", args) as Tensor;
    return record.coalesced === true ? (send(tensor, "_coalesced_", [true]) as Tensor) : tensor;
  }

  fromElements(elements: Elements, strides: readonly number[] = contiguousStrides(elements.shape)): Tensor {
    const { shape } = elements;
    const options = { dtype: this.dtype(elements.dtype), device: "cpu" };
    const contiguous = strides.every((step, d) => step === contiguousStrides(shape)[d]);
    const tensor = contiguous
      ? (this.call("torch.empty", [[...shape], options]) as Tensor)
      : (this.call("torch.empty_strided", [[...shape], [...strides], options]) as Tensor);
    write(tensor, elements);
    if (this.device === "cpu") return tensor;
    if (contiguous) return send(tensor, "to", [this.device]) as Tensor;
    // A move keeps the order of strides but not gaps: the whole memory goes, and is seen in the same way there.
    const extent = numel(shape) === 0 ? 0 : shape.reduce((end, size, d) => end + (size - 1) * strides[d]!, 1);
    const memory = send(send(tensor, "as_strided", [[extent], [1]]), "to", [this.device]) as Tensor;
    return send(memory, "as_strided", [[...shape], [...strides]]) as Tensor;
  }

  /** The elements of a tensor on any device, dense or sparse. */
  async read(tensor: Tensor): Promise<Elements> {
    let dense = property(tensor, "is_sparse") === true ? (send(tensor, "to_dense", []) as Tensor) : tensor;
    for (const [is, resolve] of [
      ["is_conj", "resolve_conj"],
      ["is_neg", "resolve_neg"],
    ] as const) {
      if (typeof property(dense, is) === "function" && send(dense, is, []) === true)
        dense = send(dense, resolve, []) as Tensor;
    }
    if (dense.device.type !== "cpu") dense = (await send(dense, "toAsync", ["cpu"])) as Tensor;
    const { shape, strides, offset, dtype, array } = dense;
    const places = positions(shape, strides, offset);
    const { name } = dtype;
    if (name === "int64") return { dtype: name, shape, re: BigInt64Array.from(places, (p) => BigInt(array[p]!)) };
    if (isComplex(name)) {
      const re = Float64Array.from(places, (p) => Number(array[2 * p]!));
      return {
        dtype: name,
        shape,
        re,
        im: Float64Array.from(places, (p) => Number(array[2 * p + 1]!)),
      };
    }
    const decode = name === "float16" ? fromHalfBits : name === "bfloat16" ? fromBfloat16Bits : Number;
    return { dtype: name, shape, re: Float64Array.from(places, (p) => decode(Number(array[p]!))) };
  }

  dtype(name: string): Value {
    return this.resolve(`torch.${name}`);
  }

  complex(re: number, im: number): Value {
    return this.construct("torch.Complex", [re, im]);
  }

  manualSeed(seed: Value): void {
    this.call("torch.manual_seed", [seed]);
  }

  noGrad<T>(body: () => T): T {
    return this.call("torch.no_grad", [body]) as T;
  }

  /** `torch.autograd.grad(outputs, leaves, cotangents, allow_unused=True, create_graph=...)`. */
  grad(
    outputs: readonly Tensor[],
    leaves: readonly Tensor[],
    cotangents: readonly Tensor[] | null,
    createGraph: boolean,
  ): (Tensor | null)[] {
    const options = { allow_unused: true, create_graph: createGraph };
    return this.call("torch.autograd.grad", [outputs, leaves, cotangents, options]) as (Tensor | null)[];
  }
}

/** A property of any object or function, own or inherited. */
export function property(value: Value, name: string): Value {
  if (value === null || value === undefined) return undefined;
  return (value as Record<string, Value>)[name];
}

/**
 * `target.name(...args)`.
 * @throws Missing when the target has no such method
 */
export function send(target: Value, name: string, args: readonly Value[]): Value {
  const method = property(target, name);
  if (typeof method !== "function")
    throw new Missing(`${String(property(property(target, "constructor"), "name"))}.${name}`);
  return (method as Callable).apply(target, args as Value[]);
}

/** Calls a module (or any callable object), hooks included. */
export function callModule(module: Value, args: readonly Value[]): Value {
  return (module as Callable)(...args);
}

/** `module.load_state_dict(state)`. */
export function callModuleState(module: object, state: Readonly<Record<string, Value>>): void {
  send(module, "load_state_dict", [state]);
}

/** Name and value pairs of a dict in any of its forms: plain object, Map, or iterable of pairs. */
export function entriesOf(value: Value): [Value, Value][] {
  if (value instanceof Map) return [...(value as Map<Value, Value>)];
  if (value !== null && typeof value === "object" && !(Symbol.iterator in value)) return Object.entries(value);
  return [...(value as Iterable<[Value, Value]>)];
}

function write(tensor: Tensor, elements: Elements): void {
  const { array, strides, offset, shape } = tensor;
  const to = array as Float64Array & BigInt64Array;
  const { re, im, dtype } = elements;
  if (numel(shape) === 0) return;
  const places = positions(shape, strides, offset);
  if (im) {
    places.forEach((p, i) => {
      to[2 * p] = re[i] as never;
      to[2 * p + 1] = im[i] as never;
    });
    return;
  }
  const encode = dtype === "float16" ? toHalfBits : dtype === "bfloat16" ? toBfloat16Bits : null;
  places.forEach((p, i) => {
    to[p] = (encode ? encode(re[i] as number) : re[i]) as never;
  });
}
