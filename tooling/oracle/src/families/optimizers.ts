import { readNamed } from "../data.ts";
import { type Elements, type Json, type JsonObject, numel, type TensorRecord, toNumber } from "../elements.ts";
import type { Filter } from "../only.ts";
import { CaseRecorder, type CaseResult } from "../report.ts";
import { tensorDifference } from "../results.ts";
import { stateDifference } from "../state.ts";
import { send, type Tensor, type TT, type Value } from "../tt.ts";
import { decodeOptions } from "../values.ts";

interface OptimizerCase extends JsonObject {
  readonly id: string;
  readonly optimizer: string;
  readonly dtype: string;
}

type Data = readonly Json[];

/** optimizers.json.gz. */
export async function runOptimizers(tt: TT, folder: string, filter: Filter): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of readNamed(folder, "optimizers") as unknown as OptimizerCase[]) {
    if (!filter.case("optimizers", one.id)) continue;
    const recorder = new CaseRecorder();
    if (one.optimizer === "LBFGS") await recorder.run("steps", () => lbfgs(tt, one));
    else await steps(tt, one, recorder);
    results.push(recorder.result("optim", "optimizers", one.id));
  }
  return results;
}

function parametersOf(tt: TT, one: OptimizerCase): Tensor[] {
  const initial = one["initial"] as unknown as readonly TensorRecord[];
  return initial.map((record) => tt.construct("torch.nn.Parameter", [tt.tensor(record)]) as Tensor);
}

function optimizerOf(tt: TT, one: OptimizerCase, parameters: readonly Tensor[]): object {
  const groups = one["groups"] as readonly JsonObject[] | undefined;
  const target = groups?.map(({ params, ...options }) => ({
    ...decodeOptions(tt, options),
    params: (params as readonly number[]).map((j) => parameters[j]!),
  }));
  return tt.construct(`torch.optim.${one.optimizer}`, [target ?? parameters, decodeOptions(tt, one["options"])]);
}

/** `cos(0.9 i + 1.1 j + 0.37 step + phase) (1 + 0.1 step)`. */
function gradientAt(i: number, j: number, step: number, phase: number): number {
  return Math.cos(0.9 * i + 1.1 * j + 0.37 * step + phase) * (1 + 0.1 * step);
}

function gradient(tt: TT, one: OptimizerCase, shape: readonly number[], j: number, step: number): Tensor {
  const phase = toNumber((one["phase"] as JsonObject)["f"]);
  const at = (i: number): number => gradientAt(i, j, step, phase);
  if (one["sparse"] !== true) {
    return tt.fromElements({
      dtype: one.dtype,
      shape,
      re: Float64Array.from({ length: numel(shape) }, (_, i) => at(i)),
    });
  }
  const [rows = 1] = shape;
  const width = numel(shape.slice(1));
  const row = step % rows;
  const indices: Elements = { dtype: "int64", shape: [1, 1], re: BigInt64Array.of(BigInt(row)) };
  const values = Float64Array.from({ length: width }, (_, i) => at(row * width + i));
  const dense: Elements = { dtype: one.dtype, shape: [1, ...shape.slice(1)], re: values };
  return tt.call("torch.sparse_coo_tensor", [tt.fromElements(indices), tt.fromElements(dense), [...shape]]) as Tensor;
}

async function steps(tt: TT, one: OptimizerCase, recorder: CaseRecorder): Promise<void> {
  let optimizer: object | undefined;
  const fine = await recorder.run("steps", async () => {
    const parameters = parametersOf(tt, one);
    optimizer = optimizerOf(tt, one, parameters);
    for (const [s, wanted] of (one["steps"] as readonly (readonly Data[])[]).entries()) {
      for (const [j, parameter] of parameters.entries()) parameter.grad = gradient(tt, one, parameter.shape, j, s + 1);
      send(optimizer, "step", []);
      const problem = await parameterDifference(tt, parameters, wanted);
      if (problem !== null) return `step ${s + 1}, ${problem}`;
    }
    return null;
  });
  await recorder.run("state", () => {
    if (!fine) return "the steps failed";
    return stateDifference(tt, send(optimizer, "state_dict", []), one["state_dict"]!);
  });
}

async function parameterDifference(
  tt: TT,
  parameters: readonly Tensor[],
  wanted: readonly Data[],
): Promise<string | null> {
  for (const [j, parameter] of parameters.entries()) {
    const record = { dtype: parameter.dtype.name, shape: parameter.shape, data: wanted[j]! };
    const problem = await tensorDifference(tt, parameter, record);
    if (problem !== null) return `parameter ${j}: ${problem}`;
  }
  return null;
}

/** Four steps on the sum of `0.5 (1 + 0.3 n) (p - 0.2 n)^2 + 0.1 p^4`, n counting all elements. */
async function lbfgs(tt: TT, one: OptimizerCase): Promise<string | null> {
  const parameters = parametersOf(tt, one);
  const optimizer = optimizerOf(tt, one, parameters);
  let evaluations = 0;
  const closure = (): Tensor => {
    evaluations++;
    send(optimizer, "zero_grad", []);
    const loss = lbfgsLoss(tt, parameters);
    send(loss, "backward", []);
    return loss;
  };
  const losses = one["losses"] as readonly Json[];
  const counts = one["evaluations"] as readonly number[];
  for (const [s, wanted] of (one["steps"] as readonly (readonly Data[])[]).entries()) {
    const returned = send(optimizer, "step", [closure]);
    const loss = tt.isTensor(returned) ? Number(elementsOf0(await tt.read(returned))) : Number(returned);
    const want = toNumber(losses[s]);
    if (Math.abs(loss - want) > 1e-5 + 1e-5 * Math.abs(want)) return `step ${s + 1}: loss ${loss} instead of ${want}`;
    if (evaluations !== counts[s]) return `step ${s + 1}: ${evaluations} evaluations instead of ${counts[s]}`;
    const problem = await parameterDifference(tt, parameters, wanted);
    if (problem !== null) return `step ${s + 1}, ${problem}`;
  }
  return null;
}

function elementsOf0({ re }: Elements): number | bigint {
  return re[0]!;
}

function lbfgsLoss(tt: TT, parameters: readonly Tensor[]): Tensor {
  const flat = tt.call("torch.cat", [parameters.map((p) => send(p, "reshape", [-1]))]) as Tensor;
  const { dtype } = flat;
  const count = numel(flat.shape);
  const constant = (at: (n: number) => number): Value => {
    return tt.fromElements({
      dtype: dtype.name,
      shape: [count],
      re: Float64Array.from({ length: count }, (_, n) => at(n)),
    });
  };
  const offset = send(flat, "sub", [constant((n) => 0.2 * n)]);
  const square = send(send(send(offset, "pow", [2]), "mul", [constant((n) => 1 + 0.3 * n)]), "mul", [0.5]);
  const fourth = send(send(flat, "pow", [4]), "mul", [0.1]);
  return send(send(square, "add", [fourth]), "sum", []) as Tensor;
}
