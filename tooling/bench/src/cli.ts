/**
 * pnpm bench [--only PATTERN] [--device D] [--engine tfjs] [--threads N] [--rounds R] [--json FILE] [--profile]
 *
 * Times our workloads and, where a python3 with torch is present, PyTorch's on one thread: in turns,
 * each in its own process. Prints medians over the rounds and their ratio, and for matrix products on wasm their share of
 * the peak of fused multiply-add, measured in the same process. --engine tfjs adds a column for what TF.js's kernels take
 * (`wasm({ engine: "tfjs" })`). The environment goes to both: OPENBLAS_CORETYPE=Haswell,
 * DNNL_MAX_CPU_ISA=AVX2 and ATEN_CPU_CAPABILITY=avx2 keep PyTorch to 256-bit registers, TT_WASM_TURBO=1 gives them to us.
 *
 * pnpm bench --device gpu [--only PATTERN] [--beside jax,tfjs,ort] [--software] [--json FILE]
 *
 * Times device gpu in a page of Chromium, and beside it the other libraries that use WebGPU, each in a browser of its own.
 * --software takes Chromium's software adapter, which shows that everything runs but says nothing of speed.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { findTorch, type Info, runOurs, runTorch, type Sample } from "./processes.ts";
import { workloads } from "./workloads/index.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    device: { type: "string", default: "cpu" },
    engine: { type: "string", default: "own" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
    profile: { type: "boolean", default: false },
    beside: { type: "string", default: "jax,tfjs,ort" },
    software: { type: "boolean", default: false },
  },
});

if (values.device === "gpu") {
  const { gpuTable, LIBRARIES, runGpu } = await import("./gpu/main.ts");
  const { gpuWorkloads } = await import("./gpu/workloads.ts");
  const wanted = values.only?.split(",") ?? [""];
  const chosen = gpuWorkloads.map(({ id }) => id).filter((id) => wanted.some((part) => id.includes(part)));
  const libraries = ["tt", ...values.beside.split(",").filter((name) => name !== "")];
  const unknown = libraries.find((name) => !LIBRARIES.includes(name));
  if (chosen.length === 0 || unknown !== undefined) {
    console.error(
      unknown === undefined
        ? `no workload matches "${values.only}"; there are: ${gpuWorkloads.map(({ id }) => id).join(", ")}`
        : `--beside ${unknown} is not one of ${LIBRARIES.slice(1).join(", ")}`,
    );
    process.exit(2);
  }
  const results = await runGpu({ ids: chosen, libraries, software: values.software });
  for (const line of gpuTable(results, values.software)) console.log(line);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  process.exit(0);
}

const pattern = values.only?.split(",") ?? [""];
const ids = workloads.map((w) => w.id).filter((id) => pattern.some((p) => id.includes(p)));
if (ids.length === 0) {
  console.error(`no workload matches "${values.only}"; there are: ${workloads.map((w) => w.id).join(", ")}`);
  process.exit(2);
}
const threads = Number(values.threads);
const python = findTorch();
if (python === null) console.log("no python3 with torch here: our times alone");

const ours = new Map<string, number[]>();
const theirs = new Map<string, number[]>();
const errors = new Map<string, string>();
const shares = new Map<string, number[]>();
const tfjs = new Map<string, number[]>();
const compared = values.engine === "tfjs" && values.device === "wasm";
if (!compared && values.engine !== "own") {
  console.error('--engine is "own", or "tfjs" with --device wasm');
  process.exit(2);
}
let info = "";
const add = <K>(into: Map<K, number[]>, key: K, value: number): void => {
  into.set(key, [...(into.get(key) ?? []), value]);
};
const collect = (into: Map<string, number[]>, samples: readonly (Sample | Info)[]): void => {
  for (const sample of samples) {
    if ("info" in sample) {
      info = Object.entries(sample.info)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(", ");
      continue;
    }
    const { id, seconds, error, peak } = sample;
    if (seconds === undefined) {
      errors.set(id, error ?? "failed");
      continue;
    }
    add(into, id, seconds);
    const flops = workloads.find((w) => w.id === id)?.flops;
    if (peak !== undefined && flops !== undefined) add(shares, id, flops / seconds / peak);
  }
};
for (let round = 0; round < Number(values.rounds); round++) {
  if (python !== null) collect(theirs, await runTorch(python, ids));
  if (compared)
    for (const sample of await runOurs("wasm", threads, ids, { TT_WASM_ENGINE: "tfjs" }))
      if ("id" in sample && sample.seconds !== undefined) add(tfjs, sample.id, sample.seconds);
  collect(ours, await runOurs(values.device, threads, ids));
}

const median = (times: readonly number[] | undefined): number | null =>
  times === undefined || times.length === 0 ? null : times.toSorted((a, b) => a - b)[times.length >> 1]!;

const show = (seconds: number | null): string => {
  if (seconds === null) return "-";
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(seconds < 1e-5 ? 3 : 1)} us`;
  return seconds < 1 ? `${(seconds * 1e3).toFixed(2)} ms` : `${seconds.toFixed(2)} s`;
};

const rows = ids.map((id) => {
  const seconds = median(ours.get(id));
  const torch_seconds = median(theirs.get(id));
  const share = median(shares.get(id));
  return {
    id,
    device: values.device,
    threads,
    seconds,
    torch_seconds,
    ratio: seconds === null || torch_seconds === null ? null : seconds / torch_seconds,
    ...(share === null ? {} : { peak_share: share }),
    ...(compared ? { tfjs_seconds: median(tfjs.get(id)) } : {}),
    ...(errors.has(id) ? { error: errors.get(id) } : {}),
  };
});
console.log(`${cpus()[0]?.model ?? "unknown processor"}; ${info}`);
console.log(
  `${"id".padEnd(22)}${`tt ${threads}t`.padStart(12)}${"torch 1t".padStart(12)}${"ratio".padStart(9)}${compared ? `${"TF.js".padStart(12)}${"to it".padStart(9)}` : ""}`,
);
const times = (ratio: number | null): string => (ratio === null ? "-" : `${ratio.toFixed(2)}x`).padStart(9);
for (const row of rows) {
  const { tfjs_seconds: other } = row;
  const to = other == null || row.seconds === null ? null : row.seconds / other;
  const theirs = other === undefined ? "" : `${show(other).padStart(12)}${times(to)}`;
  const share = "peak_share" in row ? `  ${(100 * row.peak_share).toFixed(0)} % of the WASM FMA peak` : "";
  const note = "error" in row ? `  ${row.error}` : share;
  console.log(
    `${row.id.padEnd(22)}${show(row.seconds).padStart(12)}${show(row.torch_seconds).padStart(12)}${times(row.ratio)}${theirs}${note}`,
  );
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
if (values.profile) {
  for (const sample of await runOurs(values.device, threads, ["--profile", ...ids])) {
    if ("info" in sample) continue;
    const { id, profile, error } = sample;
    console.log(`\n${id}${error === undefined ? "" : `: ${error}`}`);
    for (const line of profile ?? []) console.log(line);
  }
}
