/** What TorchScript archives name besides a checkpoint's globals: their own classes, and typed lists. */
import { UnpicklingError } from "../pickle/errors.ts";
import { Budget } from "../pickle/globals.ts";
import { type Buildable, Callable, PyDict } from "../pickle/values.ts";
import { torchFindGlobal } from "./torch-globals.ts";

/** An object of a TorchScript class while it is being read. */
export class ScriptRecord implements Buildable {
  readonly type: string;
  state: unknown = null;

  constructor(type: string) {
    this.type = type;
  }

  setstate(state: unknown): void {
    if (state instanceof ScriptRecord) throw new UnpicklingError("an object's state is an object");
    this.state = state;
  }
}

const LISTS = new Set(["build_intlist", "build_tensorlist", "build_doublelist", "build_boollist"]);

export function scriptFindGlobal(pickleBytes: number): (module: string, name: string) => unknown {
  const budget = new Budget(pickleBytes);
  const find = torchFindGlobal(budget, []);
  return (module, name) => {
    if (module.startsWith("__torch__"))
      return new Callable(`${module}.${name}`, () => new ScriptRecord(`${module}.${name}`));
    if (module === "torch.jit._pickle" && LISTS.has(name)) return new Callable(name, (items) => list(items, budget));
    if (module === "torch.jit._pickle" && name === "restore_type_tag") return new Callable(name, (value) => value);
    return find(module, name);
  };
}

function list(items: unknown, budget: Budget): unknown[] {
  if (items instanceof PyDict || !Array.isArray(items)) throw new UnpicklingError("a typed list is damaged");
  return budget.spend(items as unknown[]);
}
