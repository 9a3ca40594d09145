import { as_tensor, bool, float64, int64, RuntimeError, stack, Tensor, tensor, type TypedArray } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";

/** What {@link default_collate} makes of a batch of `T`. */
export type Collated<T> = T extends Tensor | TypedArray | number | bigint | boolean
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : T extends object
        ? { -readonly [K in keyof T]: Collated<T[K]> }
        : unknown;

/**
 * One batch of many items: tensors are stacked; numbers become a tensor (int64 when all are
 * integral, else float64, as Python's ints and floats do); strings an array; arrays and objects are
 * collated entry by entry.
 *
 * @throws TypeError for items that cannot be put together
 * @example
 * ```ts
 * import { default_collate } from "@tt/data";
 * default_collate([[1, "a"], [2, "b"]]).map(String); // ["tensor([1, 2])", "a,b"]
 * ```
 */
export function default_collate<T>(batch: readonly T[]): Collated<T> {
  return collate(batch) as Collated<T>;
}

function collate(batch: readonly unknown[]): unknown {
  const first = batch[0];
  if (first instanceof Tensor) return stack(batch as readonly Tensor[], 0);
  if (ArrayBuffer.isView(first))
    return stack(
      (batch as readonly TypedArray[]).map((item) => as_tensor(item)),
      0,
    );
  switch (typeof first) {
    case "number":
      return tensor(batch as number[], { dtype: batch.every(Number.isInteger) ? int64 : float64 });
    case "bigint":
      return tensor(batch as bigint[], { dtype: int64 });
    case "boolean":
      return tensor(batch as boolean[], { dtype: bool });
    case "string":
      return batch;
  }
  if (Array.isArray(first)) {
    if ((batch as readonly unknown[][]).some((item) => item.length !== first.length)) {
      throw new RuntimeError("each element in list of batch should be of equal size");
    }
    return first.map((_, i) => collate((batch as readonly unknown[][]).map((item) => item[i])));
  }
  if (first instanceof Map) {
    const maps = batch as readonly Map<unknown, unknown>[];
    return new Map([...first.keys()].map((key) => [key, collate(maps.map((item) => item.get(key)))]));
  }
  if (isRecord(first)) {
    const records = batch as readonly Record<string, unknown>[];
    return Object.fromEntries(Object.keys(first).map((key) => [key, collate(records.map((item) => item[key]))]));
  }
  throw new TypeError(
    `default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class '${pythonTypeName(first)}'>`,
  );
}

/** One item, its typed arrays turned into tensors: what a loader without batches does. */
export function default_convert(data: unknown): unknown {
  if (data instanceof Tensor) return data;
  if (ArrayBuffer.isView(data)) return as_tensor(data as TypedArray);
  if (Array.isArray(data)) return data.map(default_convert);
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, default_convert(value)]));
  if (isRecord(data))
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, default_convert(value)]));
  return data;
}

/** Whether a value is a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}
