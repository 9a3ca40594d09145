import { readFileSync } from "node:fs";
import { float64, type Tensor, tensor } from "@tt/core";
import * as D from "../src/index.ts";

/** Elements as JSON holds them: what is no JSON number comes as text. */
export type Elements = number | string | readonly Elements[];
type Arguments = Readonly<Record<string, unknown>>;

export interface RecordedDistribution extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly kwargs: Arguments;
  readonly expanded: { readonly sample: Elements; readonly log_prob: Elements; readonly repr: string };
}

export interface RecordedDivergence {
  readonly p: string;
  readonly q: string;
  readonly a: Arguments;
  readonly b: Arguments;
  readonly kl: Elements;
}

export interface RecordedTransform extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

interface Recorded {
  readonly distributions: readonly RecordedDistribution[];
  readonly divergences: readonly RecordedDivergence[];
  readonly transforms: readonly RecordedTransform[];
}

/** What record.py recorded from PyTorch. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL("recorded.json", import.meta.url), "utf8"),
) as Recorded;

/** A float64 tensor of recorded elements. */
export function decoded(elements: Elements): Tensor {
  const plain = (x: Elements): unknown => (typeof x === "object" ? x.map(plain) : Number(x));
  return tensor(plain(elements) as number[], { dtype: float64 });
}

type Constructors = Readonly<Record<string, new (...args: unknown[]) => unknown>>;

/** An argument of a recorded constructor; see `dec` in record.py. */
export function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (typeof value !== "object" || value === null) return value;
  const made = value as { t?: Elements; d?: string; k?: Arguments; tr?: string; a?: unknown[]; inv?: boolean };
  if (made.t !== undefined) return decoded(made.t);
  if (made.d !== undefined) return distribution(made.d, made.k!);
  const transform = new (D as unknown as Constructors)[made.tr!]!(...(made.a ?? []).map(argument)) as D.Transform;
  return made.inv === true ? transform.inv : transform;
}

/** The distribution of class `name` with arguments by name. */
export function distribution(name: string, kwargs: Arguments): D.Distribution {
  const options = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, argument(value)]));
  return new (D as unknown as Constructors)[name]!(options) as D.Distribution;
}

/** Why `got` is not `want`; null when it is, NaN included. */
export function difference(got: unknown, want: unknown, tolerance = 1e-9): string | null {
  const expected = decoded(want as Elements);
  const have = got as Tensor;
  if (JSON.stringify(have.shape) !== JSON.stringify(expected.shape)) {
    return `shape [${have.shape.join()}] instead of [${expected.shape.join()}]`;
  }
  const close = have.to(float64).detach().isclose(expected, { rtol: tolerance, atol: tolerance, equal_nan: true });
  return close.all().item() ? null : `${have.toString()} instead of ${expected.toString()}`;
}
