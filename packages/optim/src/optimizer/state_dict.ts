import { Tensor, ValueError } from "@tt/core";
import type { OptimizerStateDict, ParamGroup, ParamState } from "./types.ts";

type Groups = readonly ParamGroup[];
export type StateMap = Map<Tensor | number | string, ParamState>;

/** The state with parameters replaced by their numbers; tensors are shared. */
export function packState(groups: Groups, state: StateMap): OptimizerStateDict {
  const numbers = new Map<unknown, number>();
  let start = 0;
  const param_groups = groups.map(({ params, ...options }) => {
    params.forEach((p, i) => {
      if (!numbers.has(p)) numbers.set(p, start + i);
    });
    start += params.length;
    const own = Object.entries(options).map(([name, value]) => [name, Array.isArray(value) ? asTuple(value) : value]);
    return { ...(Object.fromEntries(own) as object), params: params.map((p) => numbers.get(p)!) };
  });
  const packed = [...state].map(([key, value]) => [numbers.get(key) ?? (key as number | string), value] as const);
  return { state: Object.fromEntries(packed), param_groups };
}

/** How `@tt/serialization` recognises what is a tuple in Python, as pairs of options such as `betas` are. */
const PYTHON_TYPE = Symbol.for("tt.python_type");

function asTuple(items: readonly unknown[]): readonly unknown[] {
  return Object.defineProperty([...items], PYTHON_TYPE, { value: "tuple" });
}

/** A state dict of an optimizer's or from a file, whose dicts are plain objects or Maps. */
export interface LoadableStateDict {
  readonly state: ReadonlyMap<unknown, ParamState> | Readonly<Record<string, ParamState>>;
  readonly param_groups: readonly (Readonly<Record<string, unknown>> & { readonly params: readonly number[] })[];
}

/**
 * Copies of the saved state and groups for the parameters of `groups`.
 * @throws ValueError when the groups do not match
 */
export function unpackState(groups: Groups, saved: LoadableStateDict): { state: StateMap; groups: ParamGroup[] } {
  const { param_groups } = saved;
  if (groups.length !== param_groups.length) {
    throw new ValueError("loaded state dict has a different number of parameter groups");
  }
  if (groups.some(({ params }, i) => params.length !== param_groups[i]!.params.length)) {
    throw new ValueError(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    );
  }
  const byNumber = new Map<number, Tensor>();
  param_groups.forEach(({ params }, g) => params.forEach((number, i) => byNumber.set(number, groups[g]!.params[i]!)));
  const entries: [unknown, ParamState][] =
    saved.state instanceof Map ? [...(saved.state as Map<unknown, ParamState>)] : Object.entries(saved.state);
  const state: StateMap = new Map();
  for (const [key, value] of entries) {
    const param = byNumber.get(Number(key));
    if (param === undefined) state.set(key as string, copyOf(value, null, "") as ParamState);
    else state.set(param, copyOf(value, param, "") as ParamState);
  }
  const loaded = param_groups.map((group, g) => {
    const { params: _, ...options } = group;
    return { ...(copyOf(options, null, "") as object), params: groups[g]!.params } as ParamGroup;
  });
  return { state, groups: loaded };
}

/** A deep copy whose tensors have the dtype and device of `param`, step counts excepted. */
function copyOf(value: unknown, param: Tensor | null, key: string): unknown {
  if (value instanceof Tensor) {
    const copy = value.detach().clone();
    if (param === null || key === "step") return copy;
    return copy.to(param.device, param.is_floating_point() ? param.dtype : copy.dtype);
  }
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item, param, ""));
  if (value instanceof Map)
    return new Map([...value].map(([k, v]: [unknown, unknown]) => [k, copyOf(v, param, String(k))]));
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([k, v]: [string, unknown]) => [k, copyOf(v, param, k)]));
  }
  return value;
}
