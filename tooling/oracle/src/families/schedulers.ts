import { readNamed } from "../data.ts";
import type { JsonObject } from "../elements.ts";
import type { Filter } from "../only.ts";
import { CaseRecorder, type CaseResult } from "../report.ts";
import { property, send, type Tensor, type TT, type Value } from "../tt.ts";
import { decode } from "../values.ts";

interface SchedulerCase extends JsonObject {
  readonly id: string;
  readonly scheduler: string;
  readonly phase: number;
}

type Rows = readonly (readonly number[])[];

/** schedulers.json.gz: SGD with two groups, 40 epochs. */
export async function runSchedulers(tt: TT, folder: string, filter: Filter): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const one of readNamed(folder, "schedulers") as unknown as SchedulerCase[]) {
    if (!filter.case("schedulers", one.id)) continue;
    const recorder = new CaseRecorder();
    await recorder.run("lrs", () => schedule(tt, one));
    results.push(recorder.result("optim", "schedulers", one.id));
  }
  return results;
}

const LAMBDAS: Readonly<Record<string, (epoch: number) => number>> = {
  "0.95**epoch": (epoch) => 0.95 ** epoch,
  "1/(1+epoch)": (epoch) => 1 / (1 + epoch),
  "0.95": () => 0.95,
};

function makeScheduler(tt: TT, name: string, kwargs: Readonly<Record<string, Value>>, optimizer: object): object {
  const { schedulers, lr_lambda: text, ...rest } = kwargs;
  const options = text === undefined ? rest : { ...rest, lr_lambda: LAMBDAS[text as string] };
  const path = `torch.optim.lr_scheduler.${name}`;
  if (schedulers === undefined) return tt.construct(path, [optimizer, options]);
  const parts = (schedulers as readonly [string, Record<string, Value>][]).map(([part, given]) =>
    makeScheduler(tt, part, given, optimizer),
  );
  return tt.construct(path, name === "ChainedScheduler" ? [parts] : [optimizer, parts, options]);
}

/** What ReduceLROnPlateau.step gets. */
function metric(epoch: number, phase: number): number {
  return epoch < 8 ? 1 / (1 + epoch) : 0.12 + 0.01 * Math.sin(epoch + phase);
}

function schedule(tt: TT, one: SchedulerCase): string | null {
  const parameters = [0, 1].map(
    () =>
      tt.construct("torch.nn.Parameter", [
        tt.fromElements({ dtype: "float32", shape: [2], re: new Float64Array(2) }),
      ]) as Tensor,
  );
  const groups = [{ params: parameters.slice(0, 1) }, { params: parameters.slice(1), lr: 0.05 }];
  const optimizer = tt.construct("torch.optim.SGD", [groups, { lr: 0.2, momentum: 0.9 }]);
  const scheduler = makeScheduler(tt, one.scheduler, decode(tt, one["kwargs"]!) as Record<string, Value>, optimizer);
  const read = (key: string): number[] =>
    (property(optimizer, "param_groups") as object[]).map((group) => Number(property(group, key)));
  const lrs = [read("lr")];
  const momenta = [read("momentum")];
  for (let epoch = 0; epoch < 40; epoch++) {
    send(optimizer, "step", []);
    send(scheduler, "step", one.scheduler === "ReduceLROnPlateau" ? [metric(epoch, one.phase)] : []);
    lrs.push(read("lr"));
    momenta.push(read("momentum"));
  }
  const last = one["last_lr"] as readonly number[] | undefined;
  return (
    rowsDifference("lr", lrs, one["lrs"] as Rows) ??
    (one["momenta"] === undefined ? null : rowsDifference("momentum", momenta, one["momenta"] as Rows)) ??
    (last === undefined ? null : rowsDifference("last lr", [send(scheduler, "get_last_lr", []) as number[]], [last]))
  );
}

function rowsDifference(what: string, got: Rows, want: Rows): string | null {
  for (const [epoch, row] of want.entries()) {
    const wrong = row.some((value, i) => !(Math.abs(got[epoch]![i]! - value) <= 1e-12 + 1e-9 * Math.abs(value)));
    if (wrong) return `${what} [${got[epoch]!.join(", ")}] instead of [${row.join(", ")}] at epoch ${epoch - 1}`;
  }
  return null;
}
