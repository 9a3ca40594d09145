/** Walking nested results and their records side by side, and comparing them. */

import { difference, metaDifference, type Mode } from "./compare.ts";
import { type Elements, elementsOf, isObject, isTensorRecord, type Json, type TensorRecord } from "./elements.ts";
import type { Tensor, TT, Value } from "./tt.ts";

/** All tensors of a nested value, in order, named as gradients name their leaves. */
export function tensorsIn(tt: TT, value: Value, path = ""): [string, Tensor][] {
  if (tt.isTensor(value)) return [[path, value]];
  const inside = (key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.flatMap((item: Value, i) => tensorsIn(tt, item, inside(i)));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value).flatMap(([key, item]) => tensorsIn(tt, item, inside(key)));
  }
  return [];
}

/** All tensor records of a nested record, in order. */
export function recordsIn(value: Json): TensorRecord[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => recordsIn(item));
  if (!isObject(value)) return [];
  return isTensorRecord(value) ? [value] : Object.values(value).flatMap((item) => recordsIn(item));
}

export interface Expectation {
  readonly modes?: readonly Mode[];
  /** Factor on the tolerances. */
  readonly scale?: number;
  readonly exact?: boolean;
  /** The input of the call, for mode "index". */
  readonly input?: Json;
}

/** How a nested result differs from its record, or null. */
export async function resultDifference(
  tt: TT,
  got: Value,
  record: Json,
  { modes, scale = 1, exact = false, input }: Expectation = {},
): Promise<string | null> {
  const wanted = recordsIn(record);
  if (wanted.length === 0) return plainDifference(got, record);
  const tensors = tensorsIn(tt, got).map(([, tensor]) => tensor);
  if (tensors.length !== wanted.length) return `${tensors.length} tensors instead of ${wanted.length}`;
  for (const [i, want] of wanted.entries()) {
    const mode = modes?.[i] ?? "value";
    const options = { mode, scale, exact, ...(mode === "index" && searched(input, wanted)) };
    const problem = await tensorDifference(tt, tensors[i]!, want, options);
    if (problem !== null) return wanted.length === 1 ? problem : `output ${i}: ${problem}`;
  }
  return null;
}

function searched(input: Json | undefined, wanted: readonly TensorRecord[]): { searched?: Elements; found?: Elements } {
  if (!isTensorRecord(input) || wanted[0]?.data === undefined) return {};
  return { searched: elementsOf(input), found: elementsOf(wanted[0]) };
}

/** How one tensor differs from its record, or null. */
export async function tensorDifference(
  tt: TT,
  got: Tensor,
  want: TensorRecord,
  options: Parameters<typeof difference>[2] = {},
): Promise<string | null> {
  if (want.dtype === "complex32") return "the result has dtype complex32 in PyTorch";
  const meta = metaDifference({ dtype: got.dtype.name, shape: got.shape }, want);
  if (meta !== null || options.mode === "meta" || (want.data === undefined && want.layout === undefined)) return meta;
  return difference(await tt.read(got), elementsOf(want), options);
}

/** Results without tensors: booleans, numbers, sizes. */
export function plainDifference(got: Value, record: Json): string | null {
  const found = JSON.stringify(canonical(got));
  const wanted = JSON.stringify(canonical(record));
  return found === wanted ? null : `${found} instead of ${wanted}`;
}

/** Numbers of either kind, and their encodings, in one form. */
function canonical(value: Value): Value {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isInteger(value) ? String(BigInt(value)) : String(value);
  if (typeof value !== "object" || value === null) return value ?? null;
  if ("i" in value) return String(value.i);
  return "f" in value ? canonical(Number(value.f)) : typeof value;
}
