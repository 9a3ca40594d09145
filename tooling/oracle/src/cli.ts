/** `pnpm oracle`: runs recorded cases of PyTorch against tt. */

import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Baseline, judge, readBaseline, shrink, writeBaseline } from "./baseline.ts";
import {
  type CaseResult,
  count,
  countParts,
  FAMILIES,
  type Family,
  failureLines,
  familyLine,
  hostLine,
  lastLine,
  skipLines,
  unitLine,
} from "./report.ts";
import { type HostUses, withRunner } from "./run.ts";
import { settleSummary, summarize } from "./summary.ts";

const USAGE = `usage: pnpm oracle [options]
  --dir DIR           folder with recorded cases (default: tooling/oracle/data)
  --device D          device to compute on (default: cpu)
  --family LIST       ${FAMILIES.join(", ")} (default: all)
  --only LIST         ops by name (sum, conv2d) or cases by text (add/float32-3)
  --every N           one op, module or file of so many, for slow devices
  --jobs N            processes (default: 1)
  --json FILE         write a report of every case
  --allow-failures    exit with 0 even when cases fail
  --baseline FILE     cases known to fail: exit with 1 when others fail or these pass
  --update-baseline   take cases that pass out of the baseline (records families it lacks)
  --summary FILE      checked-in summary: exit with 1 when it differs (with --update-baseline: write it)
  --verbose           print every failing case`;

interface Options {
  readonly dir: string;
  readonly device: string;
  readonly families: readonly Family[];
  readonly only?: string;
  readonly every: number;
  readonly jobs: number;
  readonly json?: string;
  readonly allowFailures: boolean;
  readonly baseline?: string;
  readonly updateBaseline: boolean;
  readonly summary?: string;
  readonly verbose: boolean;
}

class UsageError extends Error {}

function readOptions(argv: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      dir: { type: "string", default: fileURLToPath(new URL("../data", import.meta.url)) },
      device: { type: "string", default: "cpu" },
      family: { type: "string", default: FAMILIES.join(",") },
      only: { type: "string" },
      every: { type: "string", default: "1" },
      jobs: { type: "string", default: "1" },
      json: { type: "string" },
      "allow-failures": { type: "boolean", default: false },
      baseline: { type: "string" },
      "update-baseline": { type: "boolean", default: false },
      summary: { type: "string" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const families = values.family.split(",").map((name) => name.trim());
  const unknown = families.find((name) => !(FAMILIES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`unknown family ${unknown}; known are ${FAMILIES.join(", ")}`);
  if (!existsSync(values.dir)) throw new UsageError(`there is no folder ${values.dir}`);
  for (const name of ["jobs", "every"] as const) {
    if (!/^[1-9]\d*$/.test(values[name])) throw new UsageError(`--${name} ${values[name]} is not a positive number`);
  }
  if (values["update-baseline"] && values.baseline === undefined)
    throw new UsageError("--update-baseline needs --baseline FILE");
  return {
    dir: values.dir,
    device: values.device,
    families: FAMILIES.filter((family) => families.includes(family)),
    every: Number(values.every),
    jobs: Number(values.jobs),
    allowFailures: values["allow-failures"],
    updateBaseline: values["update-baseline"],
    verbose: values.verbose,
    ...(values.only !== undefined && { only: values.only }),
    ...(values.json !== undefined && { json: values.json }),
    ...(values.baseline !== undefined && { baseline: values.baseline }),
    ...(values.summary !== undefined && { summary: values.summary }),
  };
}

async function main(options: Options): Promise<number> {
  const all: CaseResult[] = [];
  const { dir: folder, device, jobs, every, only } = options;
  // Recorded tensors are small: without this most of them would not reach the backend's own kernels.
  if (device === "wasm") {
    process.env["TT_WASM_SMALL_STORAGE"] ??= "0";
    process.env["TT_WASM_COUNT_HOST"] = "1";
  }
  let uses: HostUses = [];
  await withRunner({ folder, device, jobs, every, ...(only !== undefined && { only }) }, async (run, hostUses) => {
    for (const family of options.families) {
      const results = await run(family);
      console.log(familyLine(family, results));
      if (family === "surface") console.log(unitLine(results));
      all.push(...results);
    }
    uses = await hostUses();
  });
  if (device !== "cpu") console.log(hostLine(uses));
  for (const line of details(all, options.verbose)) console.log(line);
  let code = options.baseline === undefined ? Number(count(all).failed > 0) : againstBaseline(all, options);
  if (options.summary !== undefined && !settleSummary(options.summary, summarize(all), options.updateBaseline)) {
    console.log(`${options.summary} is stale: run with --update-baseline, then pnpm generate`);
    code = 1;
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(reportOf(all, options), null, 1)}\n`);
  console.log(lastLine(count(all)));
  return options.allowFailures ? 0 : code;
}

function details(all: readonly CaseResult[], verbose: boolean): string[] {
  if (!verbose) return [...skipLines(all), ...failureLines(all, 40)];
  const failed = all.filter(({ status }) => status === "failed");
  return [
    ...skipLines(all),
    ...failed.map(({ family, op, id, part, reason }) => `failed ${family}/${op}/${id} ${part}: ${reason}`),
  ];
}

function againstBaseline(
  all: readonly CaseResult[],
  { baseline: path = "", updateBaseline: update, device }: Options,
): number {
  const before: Baseline = readBaseline(path);
  const baseline = update ? shrink(before, all) : before;
  if (update) writeBaseline(path, baseline);
  const { unlisted, recovered: passing } = judge(baseline, all);
  // The list is the cpu's: another device may round a case right.
  const recovered = device === "cpu" ? passing : [];
  for (const { family, op, id, part, reason } of unlisted)
    console.log(`not in the baseline: ${family}/${op}/${id} ${part}: ${reason}`);
  for (const { family, op, id } of recovered)
    console.log(`passes now, take it out of the baseline (--update-baseline): ${family}/${op}/${id}`);
  return Number(unlisted.length + recovered.length > 0);
}

function reportOf(all: readonly CaseResult[], { device, families }: Options): object {
  const summary = families.map((family) => {
    const results = all.filter((result) => result.family === family);
    return [family, { ...count(results), parts: Object.fromEntries(countParts(results)) }] as const;
  });
  return { device, total: count(all), families: Object.fromEntries(summary), cases: all };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else process.exitCode = await main(options);
} catch (error) {
  const usage = error instanceof UsageError || String((error as { code?: string }).code).startsWith("ERR_PARSE_ARGS");
  if (!usage) throw error;
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
