/** `pnpm programs`: runs the ported reference programs and compares them with PyTorch's results. */

import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareProgram, type ProgramResult } from "./compare.ts";
import { type Expected, type Plain, readExpected } from "./expected.ts";

const USAGE = `usage: pnpm programs [options]
  --only LIST        letters or names, such as a,b_curve (default: all that are ported)
  --device D         device to compute on (default: cpu)
  --jobs N           processes (default: 1)
  --allow-failures   exit with 0 even when programs fail
  --verbose          print every key that fails`;

const EXPECTED = fileURLToPath(new URL("../expected", import.meta.url));
const PORTS = new URL("../../../apps/docs-examples/src/programs/", import.meta.url);

/** A ported program (apps/docs-examples/src/programs). */
interface Port {
  readonly options?: Readonly<Record<string, number | string | boolean | null>>;
  /** Keys that JavaScript cannot give, and why: printed, and not compared. */
  readonly cannot?: Readonly<Record<string, string>>;
  main(run: { readonly results: ReadonlyMap<string, Plain> }): Promise<void>;
}

function portOf(program: string): URL | null {
  const url = new URL(`${program}.ts`, PORTS);
  return existsSync(url) ? url : null;
}

/** By letter (`a` is a_mnist) or by name (`a_mnist_10_epochs`). */
function choose(all: readonly Expected[], only: string | undefined): Expected[] {
  if (only === undefined) return all.filter(({ program, options }) => options.length === 0 && portOf(program) !== null);
  return only.split(",").map((text) => {
    const asked = text.trim();
    const found = all.find(
      ({ name, options }) => name === asked || (options.length === 0 && name.startsWith(`${asked}_`)),
    );
    if (found === undefined)
      throw new UsageError(`there is no program ${asked}; there are ${all.map(({ name }) => name).join(", ")}`);
    return found;
  });
}

class UsageError extends Error {}

async function runProgram(expected: Expected, device: string): Promise<ProgramResult> {
  const url = portOf(expected.program);
  if (url === null) return failed(expected, "is not ported");
  try {
    const port = (await import(url.href)) as Port;
    const { Run } = await import("@tt-app/docs-examples/programs/common");
    const run = new Run(expected.program, port.options ?? {}, [...expected.options, "--device", device]);
    await port.main(run);
    const { cannot = {} } = port;
    for (const [key, reason] of Object.entries(cannot))
      console.log(`${expected.name}: "${key}" is left out: ${reason}`);
    return compareProgram(new Map([...run.results].map(([key, value]) => [key, withoutDevice(value, device)])), {
      ...expected,
      entries: expected.entries.filter(({ key }) => !Object.hasOwn(cannot, key)),
    });
  } catch (error) {
    return failed(
      expected,
      error instanceof Error ? `${error.name}: ${error.message}\n${whereOf(error)}` : String(error),
    );
  }
}

/** Recorded texts are of tensors on the cpu: they say so, or name no device. */
function withoutDevice(value: Plain, device: string): Plain {
  if (value === device) return "cpu";
  if (typeof value === "string")
    return value.replaceAll(`, device='${device}'`, "").replaceAll(`torch.${device}.`, "torch.");
  if (Array.isArray(value)) return value.map((item: Plain) => withoutDevice(item, device));
  return value;
}

/** The first line of the stack inside a port. */
function whereOf(error: Error): string {
  const lines = (error.stack ?? "").split("\n");
  return (lines.find((line) => line.includes("docs-examples")) ?? lines[1] ?? "").trim();
}

function failed({ name }: Expected, note: string): ProgramResult {
  const worst = { key: name, distance: Infinity, note };
  return { passed: false, keys: [worst], worst };
}

function line({ name }: Expected, { passed, keys, worst }: ProgramResult, seconds: number): string {
  const head = `${name.padEnd(18)} ${passed ? "passed" : "FAILED"} ${seconds.toFixed(1).padStart(6)} s`;
  const bad = keys.filter(({ distance }) => distance > 1).length;
  if (bad > 0) return `${head}  ${bad} of ${keys.length} keys wrong; ${worst!.key}: ${worst!.note}`;
  return `${head}  ${keys.length} keys; furthest ${worst!.key} at ${(100 * worst!.distance).toFixed(0)} % of its tolerance`;
}

/** Shares programs out to processes; gives how many passed. */
async function runApart(chosen: readonly Expected[], jobs: number, flags: readonly string[]): Promise<number> {
  // Long ones first, so that none is left over at the end.
  const waiting = chosen.toSorted((a, b) => b.seconds - a.seconds);
  let passed = 0;
  const work = async (): Promise<void> => {
    let child: ChildProcess | null = null;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (child?.connected !== true) child = fork(fileURLToPath(import.meta.url), ["--served", ...flags]);
      const result = await answer(child, next.name);
      if (result === null) console.log(`${next.name} FAILED: its process ended`);
      else passed += result;
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return passed;
}

/** How many programs of that name pass, as a process says; null when it ends instead. */
function answer(child: ChildProcess, name: string): Promise<number | null> {
  return new Promise((resolve) => {
    const gone = (): void => resolve(null);
    child.once("exit", gone);
    child.once("message", (passed: number) => {
      child.off("exit", gone);
      resolve(passed);
    });
    child.send(name);
  });
}

/** Runs what `runApart` sends. */
function serve(device: string, verbose: boolean): void {
  process.on("message", (name: string) => {
    void runHere(choose(readExpected(EXPECTED), name), device, verbose).then((passed) => process.send!(passed));
  });
}

/** Runs programs one after another in this process; gives how many passed. */
async function runHere(chosen: readonly Expected[], device: string, verbose: boolean): Promise<number> {
  await (installed ??= install(device));
  let passed = 0;
  for (const expected of chosen) {
    const start = performance.now();
    const result = await runProgram(expected, device);
    console.log(line(expected, result, (performance.now() - start) / 1000));
    if (verbose) {
      for (const { key, distance, note } of result.keys)
        if (distance > 1) console.log(`  ${key}: ${note} (${distance.toPrecision(3)} tolerances)`);
    }
    if (result.passed) passed++;
  }
  return passed;
}

let installed: Promise<void> | null = null;

async function install(device: string): Promise<void> {
  if (device === "wasm") {
    const [{ use }, { wasm }] = await Promise.all([import("@tt/torch"), import("@tt/backend-wasm")]);
    await use(wasm());
  }
  if (device === "gpu") {
    const [{ use }, { gpu }] = await Promise.all([import("@tt/torch"), import("@tt/backend-gpu")]);
    await use(gpu());
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string" },
      device: { type: "string", default: "cpu" },
      jobs: { type: "string", default: "1" },
      served: { type: "boolean", default: false },
      "allow-failures": { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { device, verbose } = values;
  if (values.served) {
    serve(device, verbose);
    return 0;
  }
  const jobs = Number(values.jobs);
  if (!(Number.isInteger(jobs) && jobs > 0)) throw new UsageError(`--jobs ${values.jobs} is not a positive number`);
  const chosen = choose(readExpected(EXPECTED), values.only);
  const passed =
    jobs > 1 && chosen.length > 1
      ? await runApart(chosen, jobs, ["--device", device, ...(verbose ? ["--verbose"] : [])])
      : await runHere(chosen, device, verbose);
  console.log(`programs: ${passed} of ${chosen.length}`);
  return values["allow-failures"] ? 0 : Number(passed < chosen.length);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError || String((error as { code?: string }).code).startsWith("ERR_PARSE_ARGS");
  if (!usage) throw error;
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
