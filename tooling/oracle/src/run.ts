/** Running the units of families, in this process or shared out to several. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RUNNERS } from "./families/index.ts";
import { parseOnly } from "./only.ts";
import { openTT } from "./open.ts";
import type { CaseResult, Family } from "./report.ts";

export interface RunOptions {
  readonly folder: string;
  readonly device: string;
  readonly only?: string;
  readonly jobs: number;
}

/** Runs one family; results come in the order of units and cases. */
export type RunFamily = (family: Family) => Promise<CaseResult[]>;

/** Hands `body` a function that runs families; with several jobs each unit goes to a free process. */
export async function withRunner(options: RunOptions, body: (run: RunFamily) => Promise<void>): Promise<void> {
  if (options.jobs > 1) return withProcesses(options, body);
  const tt = await openTT(options.device);
  await body(async (family) => {
    const { folder, only } = options;
    const runner = RUNNERS[family];
    const names = runner.units(folder);
    const filter = parseOnly(only, names);
    const results: CaseResult[] = [];
    for (const unit of names) if (filter.op(unit)) results.push(...(await runner.run(tt, folder, unit, filter)));
    return results;
  });
}

/** What a process is asked, and answers. */
interface Task {
  readonly family: Family;
  readonly unit: string;
}
type Answer = { readonly results: CaseResult[] } | { readonly error: string };

async function withProcesses(options: RunOptions, body: (run: RunFamily) => Promise<void>): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const processes = Array.from({ length: options.jobs }, () => fork(script, [JSON.stringify(options)]));
  try {
    await body(async (family) => {
      const runner = RUNNERS[family];
      const names = runner.units(options.folder);
      const filter = parseOnly(options.only, names);
      const units = names.filter((name) => filter.op(name));
      const results: CaseResult[][] = units.map(() => []);
      let next = 0;
      await Promise.all(
        processes.map(async (child) => {
          while (next < units.length) {
            const at = next++;
            results[at] = await ask(child, { family, unit: units[at]! });
          }
        }),
      );
      return results.flat();
    });
  } finally {
    for (const child of processes) child.disconnect();
  }
}

function ask(child: ChildProcess, task: Task): Promise<CaseResult[]> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`the process running ${task.family}/${task.unit} ended with ${code}`));
    child.once("exit", died);
    child.once("message", (answer: Answer) => {
      child.off("exit", died);
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer.results);
    });
    child.send(task);
  });
}

async function serve(options: RunOptions): Promise<void> {
  const tt = await openTT(options.device);
  process.on("message", ({ family, unit }: Task) => {
    const runner = RUNNERS[family];
    const filter = parseOnly(options.only, runner.units(options.folder));
    runner.run(tt, options.folder, unit, filter).then(
      (results) => process.send!({ results } satisfies Answer),
      (error: Error) => process.send!({ error: error.stack ?? error.message } satisfies Answer),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(JSON.parse(process.argv[2]!) as RunOptions);
