import { gpu, type GpuOptions, hostUses } from "@tt/backend-gpu";
import * as torch from "@tt/torch";
import { type OpRecord, runOp } from "../../src/families/op_cases.ts";
import { type Counts, count } from "../../src/report.ts";
import { TT } from "../../src/tt.ts";

/** Dtypes whose cases count on device gpu. */
const DTYPES = new Set(["float32", "int32", "bool"]);

declare global {
  interface ImportMeta {
    /** Vite's: how to import each of the files. */
    glob<T>(pattern: string, options: { query: string; import: string }): Record<string, () => Promise<T>>;
  }
}

const files = import.meta.glob<string>("../../data/ops/*.json.gz", { query: "?url", import: "default" });

export interface Outcome extends Counts {
  /** Cases that need values on the host, where they can't be waited for. */
  readonly unreadable: number;
  readonly failures: readonly string[];
  /** Kernels that the host computed, and how often. */
  readonly host: readonly (readonly [string, number])[];
}

/**
 * Runs recorded cases of ops on device gpu in a page or a worker.
 *
 * @param every - one op of so many, so that all kinds are among them
 */
export async function runOps(options: GpuOptions, every: number): Promise<Outcome> {
  const backend = await gpu(options);
  await torch.use(backend);
  const tt = new TT(torch, "gpu", null);
  const all = { op: () => true, case: () => true };
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  let unreadable = 0;
  const paths = Object.keys(files).sort();
  for (let i = 0; i < paths.length; i += every) {
    const unit = paths[i]!.replace(/^.*\/|\.json\.gz$/g, "");
    const record = await read(await files[paths[i]!]!());
    const cases = record.cases.filter(({ dtype }) => DTYPES.has(dtype));
    const results = await runOp(tt, { ...record, cases }, unit, all);
    const counts = count(results);
    total.passed += counts.passed;
    total.skipped += counts.skipped;
    for (const { op, id, status, part, reason } of results) {
      if (status !== "failed") continue;
      if (reason!.includes("can't be read synchronously here")) {
        unreadable++;
        continue;
      }
      total.failed++;
      failures.push(`${op}/${id} ${part}: ${reason}`);
    }
  }
  const host = [...hostUses()];
  backend.destroy();
  torch.unregisterBackend("gpu");
  return { ...total, unreadable, failures, host };
}

async function read(url: string): Promise<OpRecord> {
  const response = await fetch(url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // A server may have unpacked it already.
  if (bytes[0] !== 0x1f) return JSON.parse(new TextDecoder().decode(bytes)) as OpRecord;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as OpRecord;
}
