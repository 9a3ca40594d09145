/** TorchScript's operators: tensors' are those of tt; numbers, lists, dicts and strings follow here. */
import * as core from "@tt/core";
import * as linalg from "@tt/core/linalg";
import * as neural from "@tt/core/neural";
import * as statistics from "@tt/core/statistics";
import * as functional from "@tt/nn/functional";
import * as native from "@tt/nn/native";
import { adapters } from "./adapters.ts";
import { dtypeOf } from "./dtypes.ts";
import { scalarOperators, show } from "./scalars.ts";

export type Named = Readonly<Record<string, unknown>>;

type Fn = (...args: unknown[]) => unknown;

const { NotImplementedError, RuntimeError, Tensor } = core;

/** Factories take no tensors, and yet are no operators of numbers. */
const FACTORIES = new Set(
  "zeros ones full empty arange linspace logspace eye rand randn randint randperm tensor scalar_tensor device manual_seed".split(
    " ",
  ),
);

const SPACES: readonly object[] = [native, core, neural, statistics, functional];

function functionOf(name: string): Fn | null {
  if (name.startsWith("linalg_")) {
    const found = (linalg as Record<string, unknown>)[name.slice("linalg_".length)];
    if (typeof found === "function") return found as Fn;
  }
  for (const space of SPACES) {
    const found = (space as Record<string, unknown>)[name];
    if (typeof found === "function") return found as Fn;
  }
  return null;
}

/** Keywords as tt takes them: no layouts, and only what is given. */
function keywords(named: Named): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(named)) {
    if (value === null || ["layout", "pin_memory", "implicit", "memory_format", "non_blocking"].includes(name))
      continue;
    result[name] = name === "dtype" ? dtypeOf(value) : value;
  }
  return result;
}

const holdsTensor = (value: unknown): boolean =>
  value instanceof Tensor || (Array.isArray(value) && value.some((item) => item instanceof Tensor));

/** Names come from the file: they find what the table holds, and nothing that objects have of themselves. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Calls `torch.name(...)` of TorchScript. @throws NotImplementedError when tt has no such operator */
export function callOperator(name: string, args: readonly unknown[], named: Named): unknown {
  const onTensors = args.some(holdsTensor);
  if (onTensors || FACTORIES.has(name)) {
    const adapted = own(adapters, name)?.(args, named);
    if (adapted !== undefined) return adapted;
  }
  const scalar = own(scalarOperators, name);
  if (scalar !== undefined && (!onTensors || scalar.takesTensors === true)) {
    const result = scalar.run(args);
    if (result !== undefined) return result;
  }
  const rest = keywords(named);
  const extra = Object.keys(rest).length > 0 ? [rest] : [];
  const found = functionOf(name);
  if (found !== null) return found(...args, ...extra);
  const [self, ...others] = args;
  if (self instanceof Tensor) {
    const method = (self as unknown as Record<string, unknown>)[name];
    if (typeof method === "function" && name !== "constructor") return (method as Fn).call(self, ...others, ...extra);
  }
  // In place, where tt has the function alone.
  if (self instanceof Tensor && /[^_]_$/.test(name))
    return self.copy_(callOperator(name.slice(0, -1), args, named) as core.Tensor);
  const shown = args.map((arg) => (arg instanceof Tensor ? "Tensor" : typeof arg)).join(", ");
  throw new NotImplementedError(`TorchScript: the archive uses aten::${name}(${shown}), which tt does not have`);
}

/** Operators of the interpreter: `ops.prim.name(...)` and attributes of tensors. */
export function prim(name: string, args: readonly unknown[]): unknown {
  const [value] = args;
  switch (name) {
    case "RaiseException": {
      const kind = show(args[1] ?? "").replace("builtins.", "");
      const ErrorClass =
        kind === "ValueError" ? core.ValueError : kind === "IndexError" ? core.IndexError : RuntimeError;
      throw new ErrorClass(`The following operation failed in the TorchScript interpreter.\n${show(value)}`);
    }
    case "NumToTensor":
      return core.tensor(value as number, Number.isInteger(value) ? { dtype: core.int64 } : {});
    case "TupleIndex":
      return (value as unknown[]).at(args[1] as number);
    case "unchecked_unwrap_optional":
    case "TupleConstruct":
      return value;
    case "is_cuda":
    case "is_sparse":
    case "is_quantized":
    case "is_mkldnn":
    case "is_nested":
    case "is_ort":
      return false;
    case "layout":
      return 0;
    case "min":
    case "max":
    case "abs":
      return callOperator(name, args, {});
    case "shape":
      return [...(value as core.Tensor).shape];
    case "dtype":
    case "device":
    case "requires_grad":
    case "data":
    case "grad":
    case "ndim":
    case "itemsize":
    case "T":
    case "mT":
    case "H":
      return (value as Record<string, unknown>)[name];
    default:
      throw new NotImplementedError(`TorchScript: the archive uses prim::${name}, which tt does not have`);
  }
}
