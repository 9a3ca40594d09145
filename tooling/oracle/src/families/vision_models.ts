/** torchvision's models: names and shapes, initial weights, outputs in evaluation (README.md, "V. vision"). */

import { createHash } from "node:crypto";
import { numel, type Json, type JsonObject, text } from "../elements.ts";
import { CaseRecorder, type CaseResult } from "../report.ts";
import { resultDifference } from "../results.ts";
import { callModule, entriesOf, send, type Tensor, type TT } from "../tt.ts";
import { decodeOptions } from "../values.ts";

type State = readonly (readonly [name: string, tensor: Tensor])[];

export async function runModel(tt: TT, unit: string, one: JsonObject): Promise<CaseResult> {
  const recorder = new CaseRecorder();
  const id = text(one["id"]);
  let model: object | null = null;
  await recorder.run("names", () => {
    tt.manualSeed(1);
    const made = tt.call("torchvision.models.get_model", [id, decodeOptions(tt, one["kwargs"])]) as object;
    model = made;
    return namesDifference(stateOf(made), parametersOf(made), one);
  });
  if (model !== null) {
    const made: object = model;
    await recorder.run("initial", async () => initialDifference(tt, parametersOf(made), one));
    await recorder.run("forward", () => forwardDifference(tt, made, one));
  }
  return recorder.result("vision", unit, id);
}

const stateOf = (model: object): State => entriesOf(send(model, "state_dict", [])) as [string, Tensor][];
const parametersOf = (model: object): State => entriesOf(send(model, "named_parameters", [])) as [string, Tensor][];

function namesDifference(state: State, parameters: State, one: JsonObject): string | null {
  const lines = state.map(([name, { shape }]) => `${name}[${shape.join(",")}]\n`);
  if (state.length !== one["tensors"]) return `${state.length} tensors instead of ${text(one["tensors"])}`;
  const total = parameters.reduce((sum, [, { shape }]) => sum + numel(shape), 0);
  if (total !== one["parameters"]) return `${total} parameters instead of ${text(one["parameters"])}`;
  const digest = createHash("sha256").update(lines.join("")).digest("hex");
  return digest === one["names"] ? null : "other names or shapes, or in another order";
}

/** Sums of some parameters, and the number that the generator gives after all of them. */
async function initialDifference(tt: TT, parameters: State, one: JsonObject): Promise<string | null> {
  const named = new Map(parameters);
  const next = send(tt.call("torch.rand", [1]), "item", []);
  if (next !== one["next_random"]) return `then draws ${String(next)} instead of ${text(one["next_random"])}`;
  for (const [name, [sum, magnitude]] of one["initial"] as unknown as [string, [number, number]][]) {
    const found = named.get(name);
    if (found === undefined) return `there is no ${name}`;
    const { re } = await tt.read(found);
    let total = 0;
    let size = 0;
    for (const value of re as Float64Array) {
      total += value;
      size += Math.abs(value);
    }
    const near = 1e-6 * magnitude;
    if (Math.abs(total - sum) > near || Math.abs(size - magnitude) > near) {
      return `${name} sums to ${total}, ${size} instead of ${sum}, ${magnitude}`;
    }
  }
  return null;
}

async function forwardDifference(tt: TT, model: object, one: JsonObject): Promise<string | null> {
  stateOf(model).forEach(([name, tensor], k) => tt.noGrad(() => fill(tt, name, tensor, k)));
  send(model, "eval", []);
  tt.manualSeed(2);
  const input = tt.call("torch.rand", [one["input"]]);
  const output = tt.noGrad(() => callModule(model, [input]));
  const noise = (one["noise"] ?? 0) as number;
  return resultDifference(tt, output, one["output"] as Json, { scale: 1 + 4 * noise });
}

/** As the generator: the drawn weights stay; what starts constant, or has one dimension, gets a pattern. */
function fill(tt: TT, name: string, tensor: Tensor, k: number): void {
  const count = numel(tensor.shape);
  if (!tensor.dtype.name.startsWith("float") || count === 0 || name.includes("relative_coords")) return;
  const { array, offset, shape } = tensor;
  if (shape.length > 1) {
    for (let i = 1; i < count; i++) if (array[offset + i] !== array[offset]) return;
  }
  const scale = /(running_var|layer_scale)$/.test(name) || (name.endsWith("weight") && shape.length === 1);
  const re = Float64Array.from({ length: count }, (_, i) => Math.fround(0.1 * Math.cos(0.7 * i + k) + (scale ? 1 : 0)));
  send(tensor, "copy_", [tt.fromElements({ dtype: tensor.dtype.name, shape, re })]);
}
