import { readNamed } from "../data.ts";
import { type JsonObject, type TensorRecord, toNumber, text } from "../elements.ts";
import type { Filter } from "../only.ts";
import { CaseRecorder, type CaseResult } from "../report.ts";
import { tensorDifference } from "../results.ts";
import { entriesOf, property, send, type Tensor, type TT, type Value } from "../tt.ts";

function parameterWithGrad(tt: TT, record: TensorRecord): Tensor {
  const zeros = {
    dtype: record.dtype,
    shape: record.shape,
    data: (record.data ?? []).map(() => 0),
  };
  const parameter = tt.construct("torch.nn.Parameter", [tt.tensor(zeros)]) as Tensor;
  parameter.grad = tt.tensor(record);
  return parameter;
}

/** clip.json: gradients before and after. */
export async function runClip(tt: TT, folder: string, filter: Filter): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [i, one] of (readNamed(folder, "clip") as readonly JsonObject[]).entries()) {
    const id = `${text(one["fn"])}-${i}`;
    if (!filter.case("clip", id)) continue;
    const recorder = new CaseRecorder();
    await recorder.run("clip", () => clip(tt, one));
    results.push(recorder.result("optim", "clip", id));
  }
  return results;
}

async function clip(tt: TT, one: JsonObject): Promise<string | null> {
  const before = one["before"] as unknown as readonly TensorRecord[];
  const parameters = before.map((record) => parameterWithGrad(tt, record));
  if (one["fn"] === "clip_grad_value_") {
    tt.call("torch.nn.utils.clip_grad_value_", [parameters, one["clip_value"]]);
    return gradsDifference(tt, parameters, one);
  }
  const norm = one["norm_type"] as JsonObject | undefined;
  const options = {
    ...(norm && { norm_type: toNumber(norm["f"]) }),
    ...(one["error_if_nonfinite"] === true && { error_if_nonfinite: true }),
  };
  const run = (): Value => tt.call("torch.nn.utils.clip_grad_norm_", [parameters, one["max_norm"], options]);
  if (typeof one["throws"] === "string") return throwsDifference(run, one["throws"]);
  const total = run() as Tensor;
  const problem = await tensorDifference(tt, total, one["total_norm"] as unknown as TensorRecord);
  return problem === null ? gradsDifference(tt, parameters, one) : `total norm: ${problem}`;
}

function throwsDifference(run: () => Value, start: string): string | null {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("missing: ")) throw error;
    return message.startsWith(start) ? null : `threw "${message}" instead of "${start}..."`;
  }
  return "did not throw";
}

async function gradsDifference(tt: TT, parameters: readonly Tensor[], one: JsonObject): Promise<string | null> {
  for (const [j, record] of (one["after"] as unknown as readonly TensorRecord[]).entries()) {
    const problem = await tensorDifference(tt, parameters[j]!.grad!, record);
    if (problem !== null) return `gradient ${j}: ${problem}`;
  }
  return null;
}

/** grad_scaler.json: how the scale moves with overflows. */
export async function runGradScaler(tt: TT, folder: string, filter: Filter): Promise<CaseResult[]> {
  const { cases, disabled } = readNamed(folder, "grad_scaler") as unknown as {
    cases: JsonObject[];
    disabled: JsonObject;
  };
  const results: CaseResult[] = [];
  const run = async (id: string, body: () => Promise<string | null> | string | null): Promise<void> => {
    if (!filter.case("grad_scaler", id)) return;
    const recorder = new CaseRecorder();
    await recorder.run("scaler", body);
    results.push(recorder.result("optim", "grad_scaler", id));
  };
  for (const [i, one] of cases.entries()) await run(`updates-${i}`, () => updates(tt, one));
  await run("disabled", () => {
    const scaler = tt.construct("torch.cuda.amp.GradScaler", [{ enabled: false }]);
    const loss = tt.fromElements({ dtype: "float32", shape: [], re: Float64Array.of(3) });
    if (send(scaler, "get_scale", []) !== disabled["get_scale"]) return "get_scale";
    if (entriesOf(send(scaler, "state_dict", [])).length > 0) return "state_dict is not empty";
    return send(scaler, "scale", [loss]) === loss ? null : "scale does not return its input";
  });
  return results;
}

async function updates(tt: TT, { updates: rows, ...options }: JsonObject): Promise<string | null> {
  const scaler = tt.construct("torch.cuda.amp.GradScaler", [options]);
  const filled = (value: number): Tensor =>
    tt.fromElements({ dtype: "float32", shape: [1], re: Float64Array.of(value) });
  const parameter = tt.construct("torch.nn.Parameter", [filled(0)]) as Tensor;
  const optimizer = tt.construct("torch.optim.SGD", [[parameter], { lr: 1 }]);
  let before = 0;
  for (const [i, row] of (rows as readonly JsonObject[]).entries()) {
    send(scaler, "scale", [filled(1)]);
    parameter.grad = filled(
      row["found_inf"] === true ? Number.POSITIVE_INFINITY : Number(send(scaler, "get_scale", [])),
    );
    send(scaler, "step", [optimizer]);
    send(scaler, "update", []);
    const after = Number((await tt.read(parameter)).re[0]);
    const state = new Map(entriesOf(send(scaler, "state_dict", [])));
    const got: Readonly<Record<string, Value>> = {
      step_taken: after !== before,
      scale: send(scaler, "get_scale", []),
      growth_tracker: Number(state.get("_growth_tracker")),
    };
    before = after;
    for (const [key, value] of Object.entries(got)) {
      if (value !== property(row, key))
        return `update ${i}: ${key} ${String(value)} instead of ${String(property(row, key))}`;
    }
  }
  return null;
}
