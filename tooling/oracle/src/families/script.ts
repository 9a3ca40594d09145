import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject, type TensorRecord, text } from "../elements.ts";
import { resultDifference, tensorDifference } from "../results.ts";
import { entriesOf, send, type Tensor, type TT, type Value } from "../tt.ts";
import { decode, decodeModule, decodeOptions, withOptions } from "../values.ts";

/** Draws without log, sine or cosine in them: they match to the bit. */
const EXACT =
  /(^|\.)(rand|rand_like|randint|randint_like|randperm|random_|bernoulli_?|multinomial|uniform_|dropout[23]?d?)$/;

/** How a script of calls on one generator differs from its record, or null. */
export async function scriptDifference(tt: TT, script: JsonObject): Promise<string | null> {
  tt.manualSeed(decode(tt, script["seed"]!));
  const saved = new Map<string, Value>();
  for (const [i, call] of (script["calls"] as readonly JsonObject[]).entries()) {
    const problem = await callDifference(tt, call, saved);
    if (problem !== null) return `call ${i}, ${nameOf(call)}: ${problem}`;
  }
  return null;
}

function nameOf(call: JsonObject): string {
  return text(call["fn"] ?? call["module"] ?? call["method"]);
}

async function callDifference(tt: TT, call: JsonObject, saved: Map<string, Value>): Promise<string | null> {
  if (call["fn"] === "torch.get_rng_state") return stateDifference(tt, call, saved);
  if (call["fn"] === "torch.set_rng_state") {
    tt.call("torch.set_rng_state", [saved.get("state")]);
    return null;
  }
  if ("module" in call) return moduleDifference(tt, call);
  const result = perform(tt, call, saved);
  if (typeof call["save"] === "string") saved.set(call["save"], result);
  return "result" in call ? resultDifference(tt, result, call["result"], { exact: EXACT.test(nameOf(call)) }) : null;
}

function perform(tt: TT, call: JsonObject, saved: ReadonlyMap<string, Value>): Value {
  const { generator, ...plain } = (call["kwargs"] ?? {}) as JsonObject;
  const options = decodeOptions(tt, plain);
  if (isObject(generator)) options["generator"] = saved.get(text(generator["saved"]));
  const args = withOptions(
    ((call["args"] ?? []) as readonly Json[]).map((value) => decode(tt, value)),
    options,
  );
  const method = text(call["method"]);
  if (typeof call["on"] === "string") return send(saved.get(call["on"]), method, args);
  if (call["fn"] === "torch.Generator") return tt.construct("torch.Generator", args);
  if (typeof call["fn"] === "string") return tt.noGrad(() => tt.call(call["fn"] as string, args));
  return tt.noGrad(() => send(filled(tt, call), method, args));
}

/** `torch.zeros(shape)`, or `torch.zeros(reversed shape).t()` where the call says transposed. */
function filled(tt: TT, call: JsonObject): Tensor {
  const shape = call["zeros"] as readonly number[];
  const options = { dtype: tt.dtype(call["dtype"] as string) };
  if (call["transposed"] !== true) return tt.call("torch.zeros", [shape, options]) as Tensor;
  return send(tt.call("torch.zeros", [[...shape].reverse(), options]), "t", []) as Tensor;
}

async function stateDifference(tt: TT, call: JsonObject, saved: Map<string, Value>): Promise<string | null> {
  const state = tt.call("torch.get_rng_state", []) as Tensor;
  saved.set("state", state);
  const bytes = Uint8Array.from((await tt.read(state)).re as Float64Array);
  if (bytes.length !== call["bytes"]) return `${bytes.length} bytes instead of ${text(call["bytes"])}`;
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest === call["sha256"]) return null;
  const want = Buffer.from(call["base64"] as string, "base64");
  return `byte ${bytes.findIndex((byte, i) => byte !== want[i])} of the state differs`;
}

async function moduleDifference(tt: TT, { state_dict: want, ...reference }: JsonObject): Promise<string | null> {
  const state = new Map(entriesOf(send(decodeModule(tt, reference), "state_dict", [])));
  const names = Object.keys(want as JsonObject);
  if ([...state.keys()].join() !== names.join())
    return `parameters ${[...state.keys()].join()} instead of ${names.join()}`;
  for (const name of names) {
    const record = (want as JsonObject)[name] as unknown as TensorRecord;
    const problem = await tensorDifference(tt, state.get(name) as Tensor, record);
    if (problem !== null) return `${name}: ${problem}`;
  }
  return null;
}
