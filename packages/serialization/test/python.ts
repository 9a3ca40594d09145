import { execFileSync, spawnSync } from "node:child_process";

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
