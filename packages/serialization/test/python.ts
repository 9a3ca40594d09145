import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";

/** Debian's Python has apt's torch, which a python3 of another kind before it on the PATH has not. */
const CANDIDATES = ["python3", "/usr/bin/python3"];

/** A Python that has torch, or undefined. */
export const python: string | undefined = CANDIDATES.find(
  (name) => spawnSync(name, ["-c", "import torch"], { stdio: "ignore" }).status === 0,
);

/** Runs a script and gives what it printed. */
export function runPython(script: string, ...args: string[]): string {
  return execFileSync(python!, ["-W", "ignore", "-c", script, ...args], { encoding: "utf8" });
}

/** Runs one of the scripts of this folder and gives what it printed. */
export function runScript(name: string, ...args: string[]): string {
  return execFileSync(python!, ["-W", "ignore", join(import.meta.dirname, name), ...args], { encoding: "utf8" });
}
