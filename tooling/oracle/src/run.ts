/** Running the units of families, in this process or shared out to several. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { RUNNERS } from "./families/index.ts";
import { type Filter, parseOnly } from "./only.ts";
import { hostUses, openTT } from "./open.ts";
import type { CaseResult, Family } from "./report.ts";

export interface RunOptions {
  readonly folder: string;
  readonly device: string;
  readonly only?: string;
  /** One unit of so many. */
  readonly every: number;
  readonly jobs: number;
}

/** Runs one family; results come in the order of units and cases. */
export type RunFamily = (family: Family) => Promise<CaseResult[]>;

/** What a backend's host had to compute so far, by kernel, and how often; empty for backends that do not tell. */
export type HostUses = readonly (readonly [kernel: string, times: number])[];

/** Hands `body` functions that run families and tell what the host did; with several jobs each unit goes to a free process. */
export async function withRunner(
  options: RunOptions,
  body: (run: RunFamily, uses: () => Promise<HostUses>) => Promise<void>,
): Promise<void> {
  if (options.jobs > 1) return withProcesses(options, body);
  const tt = await openTT(options.device);
  await body(
    async (family) => {
      const { folder, only } = options;
      const runner = RUNNERS[family];
      const names = runner.units(folder);
      const filter = parseOnly(only, names);
      const results: CaseResult[] = [];
      for (const unit of unitsOf(names, filter, options.every))
        results.push(...(await runner.run(tt, folder, unit, filter)));
      return results;
    },
    () => hostUses(options.device),
  );
}

function unitsOf(names: readonly string[], filter: Filter, every: number): string[] {
  return names.filter((name, i) => filter.op(name) && i % every === 0);
}

/** What a process is asked, and answers: a unit's results, or without one what its host computed. */
interface Task {
  readonly family: Family | null;
  readonly unit: string;
}
type Answer = { readonly results: CaseResult[]; readonly uses?: HostUses } | { readonly error: string };

async function withProcesses(options: RunOptions, body: Parameters<typeof withRunner>[1]): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const processes = Array.from({ length: options.jobs }, () => fork(script, [JSON.stringify(options)]));
  try {
    await body(
      async (family) => {
        const runner = RUNNERS[family];
        const names = runner.units(options.folder);
        const filter = parseOnly(options.only, names);
        const units = unitsOf(names, filter, options.every);
        const results: CaseResult[][] = units.map(() => []);
        let next = 0;
        await Promise.all(
          processes.map(async (child) => {
            while (next < units.length) {
              const at = next++;
              results[at] = (await ask(child, { family, unit: units[at]! })).results;
            }
          }),
        );
        return results.flat();
      },
      async () => {
        const total = new Map<string, number>();
        for (const child of processes) {
          const { uses = [] } = await ask(child, { family: null, unit: "" });
          for (const [kernel, times] of uses) total.set(kernel, (total.get(kernel) ?? 0) + times);
        }
        return [...total];
      },
    );
  } finally {
    for (const child of processes) child.disconnect();
  }
}

function ask(child: ChildProcess, task: Task): Promise<Exclude<Answer, { error: string }>> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`the process running ${task.family}/${task.unit} ended with ${code}`));
    child.once("exit", died);
    child.once("message", (answer: Answer) => {
      child.off("exit", died);
      if ("error" in answer) reject(new Error(answer.error));
      else resolve(answer);
    });
    child.send(task);
  });
}

async function serve(options: RunOptions): Promise<void> {
  const tt = await openTT(options.device);
  process.on("message", ({ family, unit }: Task) => {
    if (family === null) {
      void hostUses(options.device).then((uses) => process.send!({ results: [], uses } satisfies Answer));
      return;
    }
    const runner = RUNNERS[family];
    const filter = parseOnly(options.only, runner.units(options.folder));
    runner.run(tt, options.folder, unit, filter).then(
      (results) => process.send!({ results } satisfies Answer),
      (error: Error) => process.send!({ error: error.stack ?? error.message } satisfies Answer),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(JSON.parse(process.argv[2]!) as RunOptions);
