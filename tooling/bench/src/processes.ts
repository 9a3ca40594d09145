import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What one process found for one workload. */
export interface Sample {
  readonly id: string;
  readonly seconds?: number;
  readonly error?: string;
  /** Rows of a table: where the time goes. */
  readonly profile?: readonly string[];
  /** Floating point operations a second that its threads could have done at best. */
  readonly peak?: number;
}

/** What our process says of itself. */
export interface Info {
  readonly info: Readonly<Record<string, unknown>>;
}

/** A python3 that has torch, or null. */
export function findTorch(): string | null {
  for (const python of [process.env["TT_PYTHON"], "/usr/bin/python3", "python3"]) {
    if (python === undefined) continue;
    if (spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0) return python;
  }
  return null;
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<(Sample | Info)[]> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) text += String(chunk);
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Sample | Info);
}

/** Times our side in a process of its own. */
export function runOurs(
  device: string,
  threads: number,
  ids: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<(Sample | Info)[]> {
  const worker = fileURLToPath(new URL("worker.ts", import.meta.url));
  const args = ["--import", "tsx", "--conditions=@tt/source", worker, device, String(threads), ...ids];
  return run(process.execPath, args, { TT_NUM_THREADS: String(threads), ...env });
}

/** Times PyTorch's side, on one thread. */
export function runTorch(python: string, ids: readonly string[]): Promise<(Sample | Info)[]> {
  const script = fileURLToPath(new URL("torch_side.py", import.meta.url));
  return run(python, [script, "1", ...ids], { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" });
}
