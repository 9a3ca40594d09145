import { type JsonObject, text } from "../elements.ts";
import { property, send, type TT, type Value } from "../tt.ts";
import { decode } from "../values.ts";

/** Order in which data utilities visit the items 0..19, and where the generator stands afterwards. */
export async function loaderDifference(tt: TT, one: JsonObject): Promise<string | null> {
  tt.manualSeed(decode(tt, one["seed"]!));
  const got = JSON.stringify(plain(await visit(tt, one)));
  const want = JSON.stringify(one["result"]);
  if (got !== want) return `${got.slice(0, 80)} instead of ${want.slice(0, 80)}`;
  const after = await tt.read(tt.call("torch.rand", [2]) as Parameters<TT["read"]>[0]);
  const wanted = one["rand_after"] as readonly number[];
  const fine = wanted.every((value, i) => after.re[i] === value);
  return fine
    ? null
    : `the generator stands elsewhere: rand gives ${after.re.join(", ")} instead of ${wanted.join(", ")}`;
}

const ITEMS: readonly number[] = Array.from({ length: 20 }, (_, i) => i);

async function visit(tt: TT, one: JsonObject): Promise<Value> {
  const id = text(one["id"]);
  const generator = (): { generator?: Value } => {
    if (typeof one["generator"] !== "number") return {};
    return {
      generator: send(tt.construct("torch.Generator", []), "manual_seed", [one["generator"]]),
    };
  };
  if ("batch_size" in one) return epochs(tt, one, generator());
  if ("lengths" in one) {
    const subsets = tt.call("torch.utils.data.random_split", [
      ITEMS,
      one["lengths"],
      ...optional(generator()),
    ]) as object[];
    return subsets.map((subset) => property(subset, "indices"));
  }
  const samplers = samplersFor(tt, id, one, generator);
  return samplers.map((make) => [...(make() as Iterable<Value>)]);
}

function optional(options: object): object[] {
  return Object.keys(options).length === 0 ? [] : [options];
}

async function epochs(tt: TT, one: JsonObject, extra: object): Promise<Value[]> {
  const { batch_size, shuffle = false, drop_last = false } = one;
  const loader = tt.construct("torch.utils.data.DataLoader", [ITEMS, { batch_size, shuffle, drop_last, ...extra }]);
  const all: Value[] = [];
  for (let epoch = 0; epoch < (one["epochs"] as number); epoch++) {
    const batches: Value[] = [];
    for await (const batch of loader as AsyncIterable<Value>) batches.push(send(batch, "tolist", []));
    all.push(batches);
  }
  return all;
}

/** One function for each pass over a sampler. */
function samplersFor(tt: TT, id: string, one: JsonObject, generator: () => { generator?: Value }): (() => object)[] {
  const make = (name: string, ...args: readonly Value[]): object => tt.construct(`torch.utils.data.${name}`, args);
  const { weights } = one;
  switch (id) {
    case "RandomSampler":
      return [() => make("RandomSampler", ITEMS), () => make("RandomSampler", ITEMS)];
    case "RandomSampler-replacement":
      return [50, 7].map((num_samples) => () => make("RandomSampler", ITEMS, { replacement: true, num_samples }));
    case "RandomSampler-generator":
      return [() => make("RandomSampler", ITEMS, generator())];
    case "SubsetRandomSampler":
      return [() => make("SubsetRandomSampler", [3, 1, 4, 15, 9, 2])];
    case "WeightedRandomSampler":
      return [() => make("WeightedRandomSampler", weights, 12, { replacement: true })];
    case "WeightedRandomSampler-no-replacement":
      return [() => make("WeightedRandomSampler", weights, 5, { replacement: false })];
    default:
      throw new Error(`the runner does not know the data case ${id}`);
  }
}

/** Items as JSON has them. */
function plain(value: Value): Value {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "bigint" ? Number(value) : value;
}
