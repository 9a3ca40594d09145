import { no_grad, RuntimeError, type Tensor, is_tensor } from "@tt/core";
import { type Module } from "./module.ts";
import { is_lazy } from "./uninitialized.ts";
import type { IncompatibleKeys, StateDict } from "./state.ts";

/** Modules whose state dict has a version or entries of its own. */
interface Versioned {
  readonly _version?: number;
  /** Adapts entries of older versions before they are loaded. */
  _upgrade_state_dict?(state_dict: StateDict, prefix: string, version: number | undefined): void;
}

type Metadata = Record<string, { version?: number }>;

/** Collects parameters and persistent buffers. */
export function saveStateDict(module: Module, destination: StateDict, prefix: string, keepVars: boolean): StateDict {
  const metadata = metadataOf(destination, true)!;
  const collect = (current: Module, path: string): void => {
    const version = (current as Versioned)._version ?? 1;
    metadata[path.replace(/\.$/, "")] = { version };
    for (const [name, param] of current.ownParameters()) destination[path + name] = keepVars ? param : param.detach();
    const { nonPersistent } = current.moduleState;
    for (const [name, buffer] of current.ownBuffers()) {
      if (!nonPersistent.has(name)) destination[path + name] = keepVars ? buffer : buffer.detach();
    }
    if (hasExtraState(current))
      (destination as Record<string, unknown>)[`${path}_extra_state`] = current.get_extra_state();
    for (const [name, child] of namedChildren(current)) collect(child, `${path}${name}.`);
    for (const hook of current.moduleState.stateDict.values()) hook(current, destination, path);
  };
  collect(module, prefix);
  return destination;
}

/** Whether the module's class has a state of its own besides tensors. */
function hasExtraState(module: Module): boolean {
  let proto = module as object | null;
  while (proto !== null && !Object.hasOwn(proto, "get_extra_state"))
    proto = Object.getPrototypeOf(proto) as object | null;
  return proto !== null && !Object.hasOwn(proto, "load_state_dict");
}

/** Children under every name they have, unlike named_children. */
function namedChildren(module: Module): [string, Module][] {
  return Object.entries(module).filter(
    (entry): entry is [string, Module] => typeof entry[1] === "function" && "moduleState" in entry[1],
  );
}

/** Versions of the modules in a state dict, kept beside its entries as in PyTorch. */
function metadataOf(state: StateDict, create: boolean): Metadata | undefined {
  const holder = state as unknown as { _metadata?: Metadata };
  if (holder._metadata === undefined && create) {
    Object.defineProperty(state, "_metadata", { value: {}, enumerable: false, writable: true });
  }
  return holder._metadata;
}

interface Plan {
  readonly copies: { readonly target: Tensor; readonly source: Tensor }[];
  readonly missing: string[];
  readonly unexpected: string[];
  readonly errors: string[];
  readonly extras: (() => void)[];
}

function planModule(module: Module, state: StateDict, path: string, metadata: Metadata | undefined, plan: Plan): void {
  const own = module.moduleState;
  for (const hook of own.loadPre.values()) hook(module, state, path);
  const versioned = module as Versioned;
  versioned._upgrade_state_dict?.(state, path, metadata?.[path.replace(/\.$/, "")]?.version);
  const local = [
    ...module.ownParameters(),
    ...[...module.ownBuffers()].filter(([name]) => !own.nonPersistent.has(name)),
  ];
  for (const [name, target] of local) {
    const key = path + name;
    if (!Object.hasOwn(state, key)) {
      plan.missing.push(key);
      continue;
    }
    const source = state[key];
    if (!is_tensor(source)) {
      plan.errors.push(
        `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received ${typeof source}`,
      );
      continue;
    }
    let fitted: Tensor = source;
    if (target.ndim === 0 && source.ndim === 1 && source.shape[0] === 1) fitted = source.view([]);
    if (!is_lazy(target) && (fitted.ndim !== target.ndim || fitted.shape.some((s, i) => s !== target.shape[i]))) {
      plan.errors.push(
        `size mismatch for ${key}: copying a param with shape torch.Size([${source.shape.join(", ")}]) from checkpoint, the shape in current model is torch.Size([${target.shape.join(", ")}]).`,
      );
      continue;
    }
    plan.copies.push({ target, source: fitted });
  }
  const extra = `${path}_extra_state`;
  if (hasExtraState(module)) {
    if (Object.hasOwn(state, extra)) plan.extras.push(() => module.set_extra_state(state[extra]));
    else plan.missing.push(extra);
  }
  const children = namedChildren(module);
  const known = new Set([...local.map(([name]) => name), ...(hasExtraState(module) ? ["_extra_state"] : [])]);
  for (const key of Object.keys(state)) {
    if (!key.startsWith(path)) continue;
    const rest = key.slice(path.length);
    const head = rest.split(".")[0]!;
    if (known.has(rest) || children.some(([name]) => name === head && rest !== head)) continue;
    plan.unexpected.push(key);
  }
  for (const [name, child] of children) planModule(child, state, `${path}${name}.`, metadata, plan);
}

/** Copies a state dict into a module, or throws with nothing changed. */
export function loadStateDict(module: Module, given: StateDict, strict: boolean): IncompatibleKeys {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(`Expected state_dict to be dict-like, got ${typeof given}.`);
  }
  const state: StateDict = given instanceof Map ? (Object.fromEntries(given) as StateDict) : { ...given };
  const plan: Plan = { copies: [], missing: [], unexpected: [], errors: [], extras: [] };
  planModule(module, state, "", metadataOf(given, false), plan);
  const result: IncompatibleKeys = { missing_keys: plan.missing, unexpected_keys: plan.unexpected };
  // PyTorch's text of it; not enumerable, so that the result is still equal to its two lists.
  Object.defineProperty(result, "toString", { value: () => incompatibleText(result) });
  for (const hook of module.moduleState.loadPost.values()) hook(module, result);
  const errors = [...plan.errors];
  const quote = (keys: readonly string[]): string => keys.map((k) => `"${k}"`).join(", ");
  if (strict) {
    if (plan.unexpected.length > 0) errors.unshift(`Unexpected key(s) in state_dict: ${quote(plan.unexpected)}. `);
    if (plan.missing.length > 0) errors.unshift(`Missing key(s) in state_dict: ${quote(plan.missing)}. `);
  }
  if (errors.length > 0) {
    throw new RuntimeError(`Error(s) in loading state_dict for ${module.constructor.name}:\n\t${errors.join("\n\t")}`);
  }
  no_grad(() => {
    for (const { target, source } of plan.copies) {
      if (is_lazy(target)) target.materialize(source.shape);
      target.copy_(source);
    }
  });
  for (const restore of plan.extras) restore();
  return result;
}

function incompatibleText({ missing_keys, unexpected_keys }: IncompatibleKeys): string {
  if (missing_keys.length + unexpected_keys.length === 0) return "<All keys matched successfully>";
  const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(", ")}]`;
  return `_IncompatibleKeys(missing_keys=${list(missing_keys)}, unexpected_keys=${list(unexpected_keys)})`;
}
