import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a program to its end; its output is shown only when it fails. */
export function run(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with status ${status}\n${stdout}\n${stderr}`);
  }
  return stdout;
}

/** A command line tool this workspace installs. */
export function bin(name: string): string {
  return fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
}
