import { join } from "node:path";
import { jsonNames, readNamed } from "../data.ts";
import type { Json, JsonObject, TensorRecord } from "../elements.ts";
import { firstGradients, gradientDifference, type GradRecord } from "../gradients.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { resultDifference, tensorDifference, tensorsIn } from "../results.ts";
import { callModule, callModuleState, entriesOf, send, type Tensor, type TT, type Value } from "../tt.ts";
import { decode, decodeModule, decodeOptions, Inexpressible, withOptions } from "../values.ts";
import type { FamilyRunner } from "./family.ts";

interface ModuleCase extends JsonObject {
  readonly id: string;
  readonly outputs: Json;
}

/** torch.nn modules (README.md, "C. modules"). */
export const modules: FamilyRunner = {
  family: "modules",
  units: (folder) => jsonNames(join(folder, "modules")),
  async run(tt, folder, unit, filter) {
    const { module, cases } = readNamed(join(folder, "modules"), unit) as unknown as {
      module: string;
      cases: ModuleCase[];
    };
    const results: CaseResult[] = [];
    for (const one of cases) {
      if (filter.case(unit, one.id)) results.push(await runModule(tt, module, unit, one));
    }
    return results;
  },
};

async function runModule(tt: TT, name: string, unit: string, one: ModuleCase): Promise<CaseResult> {
  const recorder = new CaseRecorder();
  const noise = (one["noise"] ?? {}) as { readonly out?: number; readonly grad?: number };
  const grads = one["grads"] as unknown as readonly GradRecord[];
  try {
    let run: ForwardRun | undefined;
    const fine = await recorder.run("forward", () => {
      run = forward(tt, name, one);
      return resultDifference(tt, run.result, one.outputs, { scale: 1 + 4 * (noise.out ?? 0) });
    });
    if (grads.length > 0) {
      await recorder.run("grad", () =>
        fine ? gradients(tt, run!, grads, 1 + 4 * (noise.grad ?? 0)) : "the forward pass failed",
      );
    }
    const after = one["state_dict_after"] as JsonObject | undefined;
    if (after !== undefined) {
      await recorder.run("state", () => (fine ? stateDifference(tt, run!.module, after) : "the forward pass failed"));
    }
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("modules", unit, one.id, error.message);
    throw error;
  }
  return recorder.result("modules", unit, one.id);
}

interface ForwardRun {
  readonly module: object;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
  readonly result: Value;
}

function forward(tt: TT, name: string, one: ModuleCase): ForwardRun {
  const module = decodeModule(tt, {
    module: name,
    ...(one as unknown as { readonly constructor: JsonObject }).constructor,
  });
  if (tt.device !== "cpu") send(module, "to", [tt.device]);
  send(module, "train", [one["training"]]);
  const inputs = one["forward"] as JsonObject;
  const make = (): Pick<ForwardRun, "args" | "kwargs"> => ({
    args: decode(tt, inputs["args"]!) as Value[],
    kwargs: decodeOptions(tt, inputs["kwargs"]),
  });
  if (one["lazy"] === true) {
    const { args, kwargs } = make();
    callModule(module, forwardArguments(args, kwargs));
  }
  callModuleState(module, decodeOptions(tt, one["state_dict"]));
  const { args, kwargs } = make();
  tt.manualSeed(one["seed"] ?? 0);
  return { module, args, kwargs, result: callModule(module, forwardArguments(args, kwargs)) };
}

/** A module's forward is a plain function: its first argument goes by place, also where Python named it. */
function forwardArguments(args: readonly Value[], { input, ...rest }: Readonly<Record<string, Value>>): Value[] {
  return withOptions(input === undefined ? args : [input, ...args], rest);
}

function gradients(
  tt: TT,
  { module, args, kwargs, result }: ForwardRun,
  records: readonly GradRecord[],
  scale: number,
): Promise<string | null> {
  const parameters = entriesOf(send(module, "named_parameters", []));
  const named = new Map<string, Tensor>([
    ...tensorsIn(tt, args, "args"),
    ...tensorsIn(tt, kwargs, "kwargs"),
    ...parameters.map(([name, parameter]) => [`param.${String(name)}`, parameter as Tensor] as const),
  ]);
  const leaves = records.map(({ leaf }) => {
    const found = named.get(leaf);
    if (found === undefined) throw new Error(`there is no ${leaf}`);
    return found;
  });
  const outputs = tensorsIn(tt, result).map(([, tensor]) => tensor);
  return gradientDifference(tt, firstGradients(tt, outputs, undefined, leaves, false), records, scale);
}

async function stateDifference(tt: TT, module: object, after: JsonObject): Promise<string | null> {
  const state = new Map(entriesOf(send(module, "state_dict", [])));
  for (const [name, record] of Object.entries(after)) {
    const found = state.get(name);
    if (!tt.isTensor(found)) return `${name} is not in the state_dict`;
    const problem = await tensorDifference(tt, found, record as unknown as TensorRecord);
    if (problem !== null) return `${name} afterwards: ${problem}`;
  }
  return null;
}
