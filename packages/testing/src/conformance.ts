import {
  type Backend,
  device as toDevice,
  findBackend,
  float16,
  float32,
  float64,
  hostFallbacks,
  is_tensor,
  RuntimeError,
  type Tensor,
} from "@tt/core";
import { call, type Op, OPS, tableOf } from "@tt/core/dispatch";
import type { Sample } from "./numbers.ts";
import { inDtype, mapTensors, samplesOf, unpredictable } from "./samples.ts";

/** Options of {@link runConformance}. */
export interface ConformanceOptions {
  /** Only ops whose full name contains this. */
  readonly only?: string;
  readonly rtol?: number;
  readonly atol?: number;
  /** Where the summary goes; null prints nothing. */
  readonly log?: ((text: string) => void) | null;
}

/** What {@link runConformance} found. */
export interface ConformanceReport {
  readonly device: string;
  /** Calls with the results of the cpu. */
  readonly passed: number;
  readonly failed: readonly { readonly op: string; readonly message: string }[];
  /** Ops that were tried. */
  readonly ops: number;
  /** Of those, how many ran in a kernel of the op or of its family, or of ops that have one. */
  readonly native: number;
  /** Ops that ran on the host for want of a kernel. */
  readonly fallbacks: readonly string[];
}

/**
 * Runs every op on a registered backend's device and on the cpu, compares the results and prints how much of the ops
 * the backend covers.
 *
 * @param backend - a registered backend, or its name
 * @throws RuntimeError when it is not registered
 * @example
 * ```ts
 * import { defineBackend, registerBackend } from "@tt/core";
 * import { runConformance } from "@tt/testing";
 * const mine = defineBackend({ name: "mine", extends: "cpu", kernels: {} });
 * registerBackend(mine);
 * const report = await runConformance(mine, { only: "exp" });
 * report.failed; // []
 * ```
 */
export async function runConformance(
  backend: Backend | string,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const { devices, name } = typeof backend === "string" ? findBackend(backend) : findBackend(backend.name);
  const [device] = devices;
  if (device === undefined) throw new RuntimeError(`backend "${name}" serves no device`);
  const { only = "", rtol = 1e-4, atol = 1e-5, log = console.log } = options;
  const failed: { op: string; message: string }[] = [];
  const fallbacks = new Set<string>();
  let [passed, tried] = [0, 0];
  for (const op of OPS) {
    if (op.mutates || unpredictable(op) || !op.schema.fullName.includes(only)) continue;
    const before = new Map(hostFallbacks());
    const outcome = await tryOp(op, device, rtol, atol);
    if (outcome === null) continue;
    tried++;
    passed += outcome.passed;
    for (const message of outcome.messages) failed.push({ op: op.schema.fullName, message });
    for (const [key, count] of hostFallbacks()) {
      if (key.startsWith(`${device} `) && count > (before.get(key) ?? 0)) fallbacks.add(key.slice(device.length + 1));
    }
  }
  const report = { device, passed, failed, ops: tried, native: tried - fallbacks.size, fallbacks: [...fallbacks] };
  log?.(summaryOf(report));
  return report;
}

function summaryOf({ device, passed, failed, ops, native, fallbacks }: ConformanceReport): string {
  const share = ops === 0 ? 0 : Math.round((1000 * native) / ops) / 10;
  const lines = [
    `${device}: ${passed} calls agree with the cpu, ${failed.length} do not; ${native} of ${ops} ops run on the device (${share} %)`,
    ...failed.map(({ op, message }) => `  ${op}: ${message}`),
  ];
  if (fallbacks.length > 0) lines.push(`  on the host: ${fallbacks.join(", ")}`);
  return lines.join("\n");
}

interface Outcome {
  readonly passed: number;
  readonly messages: readonly string[];
}

/** Null when no sample suits the op even on the cpu. */
async function tryOp(op: Op, device: string, rtol: number, atol: number): Promise<Outcome | null> {
  const { dtypes } = tableOf(toDevice(device)).backend.capabilities ?? {};
  const messages: string[] = [];
  let [passed, suited] = [0, false];
  for (const dtype of [float32, float64, float16]) {
    if (dtypes !== undefined && !dtypes.includes(dtype)) continue;
    for (const sample of samplesOf(op)) {
      const args = inDtype(sample, dtype);
      let wanted: Tensor[];
      try {
        // Some ops write into what they are given.
        wanted = resultsOf(
          op,
          mapTensors(args, (t) => t.clone()),
        );
      } catch {
        // The guess does not fit the op, or the op does not know the dtype.
        continue;
      }
      suited = true;
      // Half precision is rounded once, wherever it is computed.
      const loose = dtype === float16 ? 8 : 1;
      const message = await difference(op, args, wanted, device, rtol * loose * loose, atol * loose * loose);
      if (message === null) passed++;
      else messages.push(`${dtype.name}: ${message}`);
    }
  }
  return suited ? { passed, messages } : null;
}

function resultsOf(op: Op, args: Sample): Tensor[] {
  const result = call(op, [...args]);
  // Sparse results are compared by what they stand for.
  return (Array.isArray(result) ? result : [result])
    .filter(is_tensor)
    .map((tensor) => (tensor.is_sparse ? tensor.to_dense() : tensor));
}

async function difference(
  op: Op,
  args: Sample,
  wanted: readonly Tensor[],
  device: string,
  rtol: number,
  atol: number,
): Promise<string | null> {
  try {
    const got = resultsOf(
      op,
      mapTensors(args, (t) => t.to(device)),
    );
    for (const [i, want] of wanted.entries()) {
      const there = got[i]!;
      if (there.dtype !== want.dtype) return `output ${i} is ${there.dtype.name} instead of ${want.dtype.name}`;
      if (String(there.shape) !== String(want.shape))
        return `output ${i} has shape [${there.shape}] instead of [${want.shape}]`;
      const here = await there.toAsync("cpu");
      if (!here.isclose(want, { rtol, atol, equal_nan: true }).all().item()) return `output ${i} has other values`;
    }
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
