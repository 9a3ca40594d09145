import type { Mode } from "../compare.ts";
import {
  contiguousStrides,
  isTensorRecord,
  type Json,
  type JsonObject,
  numel,
  type TensorRecord,
} from "../elements.ts";
import { firstGradients, gradientDifference, type GradRecord, secondGradients } from "../gradients.ts";
import { CaseRecorder, type CaseResult, skipped } from "../report.ts";
import { recordsIn, resultDifference, tensorsIn } from "../results.ts";
import { type Arguments, type Call, decodeArguments, perform } from "../spelling.ts";
import { Missing, property, send, type Tensor, type TT, type Value } from "../tt.ts";
import { decode, Inexpressible, withOptions } from "../values.ts";
import type { Filter } from "../only.ts";

/** A file of ops/: one op with its cases (README.md, "A. ops"). */
export interface OpRecord {
  readonly op: string;
  readonly call: Call;
  readonly aliases: readonly string[];
  readonly method: string | null;
  readonly inplace: string | null;
  readonly cases: readonly OpCase[];
  readonly errors: readonly (JsonObject & { readonly id: string })[];
}

export interface OpCase extends JsonObject {
  readonly id: string;
  readonly dtype: string;
  readonly outputs: Json;
}

/** Runs the cases of one op. */
export async function runOp(tt: TT, record: OpRecord, unit: string, filter: Filter): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [index, one] of record.cases.entries()) {
    if (filter.case(unit, one.id)) results.push(await runCase(tt, record, unit, one, index === 0));
  }
  return results;
}

async function runCase(tt: TT, record: OpRecord, unit: string, one: OpCase, isFirst: boolean): Promise<CaseResult> {
  const reason = whySkipped(one);
  if (reason !== null) return skipped("ops", unit, one.id, reason);
  const check = new OpCheck(tt, record, one);
  try {
    await check.forward();
    await check.spellings(isFirst);
  } catch (error) {
    if (error instanceof Inexpressible) return skipped("ops", unit, one.id, error.message);
    throw error;
  }
  return check.recorder.result("ops", unit, one.id);
}

function whySkipped(one: OpCase): string | null {
  if (one["floatScalar"] === true)
    return "a Python float such as 2.0 decides the dtype, and JavaScript cannot tell it from 2";
  if (recordsIn(one.outputs).some(({ dtype }) => dtype === "complex32")) {
    return "complex32, a beta dtype of PyTorch, is not among tt's dtypes";
  }
  return null;
}

/** The checks of one case; each works on fresh tensors. */
class OpCheck {
  readonly recorder = new CaseRecorder();
  private readonly tt: TT;
  private readonly record: OpRecord;
  private readonly one: OpCase;
  private readonly call: Call;
  private readonly modes: readonly Mode[] | undefined;

  constructor(tt: TT, record: OpRecord, one: OpCase) {
    this.tt = tt;
    this.record = record;
    this.one = one;
    this.call = one["cloneInput"] === true ? { ...record.call, cloneInput: true } : record.call;
    this.modes = one["compare"] as readonly Mode[] | undefined;
  }

  private scale(part: "out" | "grad" | "grad2"): number {
    const noise = this.one["noise"] as Readonly<Record<string, number>> | undefined;
    return 1 + 4 * (noise?.[part] ?? 0);
  }

  private arguments(): Arguments {
    const made = decodeArguments(this.tt, this.call, this.one);
    this.tt.manualSeed(decode(this.tt, this.one["seed"] ?? 0));
    return made;
  }

  private compare(got: Value): Promise<string | null> {
    const { outputs, ["input"]: input = null } = this.one;
    return resultDifference(this.tt, got, outputs, {
      ...(this.modes && { modes: this.modes }),
      scale: this.scale("out"),
      input,
    });
  }

  /** Result, view relation, gradient and second gradient of the recorded call. */
  async forward(): Promise<void> {
    const { tt, one, recorder } = this;
    let result: Value;
    let made: Arguments | undefined;
    const fine = await recorder.run("forward", () => {
      requireCall(tt, this.call);
      made = this.arguments();
      result = perform(tt, this.call, made);
      return this.compare(result);
    });
    const failed = "the forward pass failed";
    if (one["view"] === true || (fine && tt.isTensor(result))) {
      const problem = fine ? viewDifference(tt, result as Tensor, made!, one) : failed;
      if (problem !== null || one["view"] === true) recorder.note("view", problem);
    }
    if (!Array.isArray(one["grads"])) return;
    if (!fine) {
      recorder.note("grad", failed);
      if (one["grads2"] !== undefined) recorder.note("grad2", failed);
      return;
    }
    await this.gradients(result, made!);
  }

  private async gradients(result: Value, { input, args, kwargs }: Arguments): Promise<void> {
    const { tt, one, recorder, modes } = this;
    const second = one["grads2"] as unknown as readonly GradRecord[] | undefined;
    const named = [
      ...tensorsIn(tt, input, "input"),
      ...tensorsIn(tt, args, "args"),
      ...tensorsIn(tt, kwargs, "kwargs"),
    ];
    const leaves = named.filter(([, tensor]) => tensor.requires_grad).map(([, tensor]) => tensor);
    const outputs = tensorsIn(tt, result).map(([, tensor]) => tensor);
    let firsts: (Tensor | null)[] | null = null;
    const fine = await recorder.run("grad", () => {
      firsts = firstGradients(tt, outputs, modes, leaves, second !== undefined);
      return gradientDifference(tt, firsts, one["grads"] as unknown as readonly GradRecord[], this.scale("grad"));
    });
    if (second === undefined) return;
    await recorder.run("grad2", () => {
      if (!fine) return "the first gradient failed";
      return gradientDifference(tt, secondGradients(tt, firsts!, leaves), second, this.scale("grad2"));
    });
  }

  /** The same call as an in-place method, as a method and, on an op's first case, by its other names. */
  async spellings(isFirst: boolean): Promise<void> {
    const { tt, one, record, recorder } = this;
    if (isTensorRecord(one["input"])) {
      const { method, inplace } = record;
      if (inplace !== null && one["inplace"] === true) await recorder.run("inplace", () => this.inplace(inplace));
      if (method !== null && one["noMethod"] !== true) {
        await recorder.run("method", () => {
          const { input, args, kwargs } = this.arguments();
          return this.compare(send(input, method, withOptions(args, kwargs)));
        });
      }
    }
    if (!isFirst || record.call.kind !== "function") return;
    for (const alias of record.aliases) {
      await recorder.run("alias", () =>
        this.compare(
          perform(tt, { ...this.call, path: alias.startsWith("torch.") ? alias : `torch.${alias}` }, this.arguments()),
        ),
      );
    }
  }

  private inplace(name: string): Promise<string | null> | string {
    const { tt } = this;
    const { input, args, kwargs } = this.arguments();
    const target = tt.noGrad(() => send(input, "clone", [])) as Tensor;
    const result = tt.noGrad(() => send(target, name, withOptions(args, kwargs)));
    if (result !== target) return `${name} does not return the tensor it changes`;
    return this.compare(target);
  }
}

/** Whether the output shares memory with an input exactly when PyTorch's does, and a view's strides. */
function viewDifference(tt: TT, output: Tensor, { input, args, kwargs }: Arguments, one: OpCase): string | null {
  if (numel(output.shape) === 0 || property(output, "is_sparse") === true) return null;
  const inputs = tensorsIn(tt, [input, args, kwargs]).map(([, tensor]) => tensor);
  const shares = inputs.some((tensor) => property(tensor, "is_sparse") !== true && tensor.storage === output.storage);
  if (one["view"] !== true) return shares ? "the result shares memory with an input, PyTorch's does not" : null;
  if (!shares) return "the result does not share memory with an input";
  const { shape, stride = contiguousStrides(shape) } = one.outputs as unknown as TensorRecord;
  const wrong = shape.some((size, d) => size > 1 && output.strides[d] !== stride[d]);
  return wrong ? `strides [${output.strides.join(", ")}] instead of [${stride.join(", ")}]` : null;
}

/** Whether tt has what a recorded call names; throws {@link Missing} if not. */
export function requireCall(tt: TT, { kind, path }: Call): void {
  if (kind === "function" && path !== "torch.ops.aten.slice") tt.resolve(path);
  const prototype = property(tt.resolve("torch.Tensor"), "prototype");
  if (kind !== "function" && !path.startsWith("__") && !(path in (prototype as object)))
    throw new Missing(`Tensor.${path}`);
}
