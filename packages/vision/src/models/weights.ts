import { pyRepr, RuntimeError, ValueError } from "@tt/core";
import type { Module, StateDict } from "@tt/nn";
import { hub } from "@tt/serialization";
import { ImageClassification, type ImageClassificationOptions } from "../transforms/presets.ts";
import { IMAGENET_CATEGORIES } from "./categories.ts";

/** What is known of published weights. */
export interface WeightsMeta {
  readonly num_params: number;
  /** Least height and width of an image. */
  readonly min_size: readonly [number, number];
  /** Names of the classes; null where the weights do not classify. */
  readonly categories: readonly string[] | null;
  /** Where the training is described. */
  readonly recipe: string;
  readonly license?: string;
  /** By dataset: accuracies in percent. */
  readonly _metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One line of a table of weights. */
export interface WeightsEntry {
  readonly file: string;
  readonly params: number;
  readonly acc?: readonly [top1: number, top5: number];
  readonly min_size: readonly [number, number];
  readonly recipe: string;
  readonly license?: string;
  readonly transforms: ImageClassificationOptions;
}

export interface DownloadWeightsOptions {
  /** Called with the bytes that have arrived, and those there are. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

const HOME = "https://download.pytorch.org/models/";

/** Published weights of a model: where they are, and what is known of them. */
export class Weights {
  /** Name of the model's enumeration, such as "ResNet18_Weights". */
  readonly owner: string;
  readonly name: string;
  readonly url: string;
  readonly meta: WeightsMeta;
  private readonly preset: ImageClassificationOptions;

  constructor(owner: string, name: string, entry: WeightsEntry) {
    this.owner = owner;
    this.name = name;
    this.url = HOME + entry.file;
    this.preset = entry.transforms;
    this.meta = {
      num_params: entry.params,
      min_size: entry.min_size,
      get categories() {
        return entry.acc === undefined ? null : IMAGENET_CATEGORIES();
      },
      recipe: entry.recipe,
      ...(entry.license !== undefined && { license: entry.license }),
      _metrics: { "ImageNet-1K": { "acc@1": entry.acc?.[0] ?? Number.NaN, "acc@5": entry.acc?.[1] ?? Number.NaN } },
    };
  }

  /** What is to be done to images before the model sees them. */
  transforms(options: Partial<ImageClassificationOptions> = {}): ImageClassification {
    return new ImageClassification({ ...this.preset, ...options });
  }

  /**
   * The state dict, from the cache or the network.
   * @throws RuntimeError that says which file to put where, when there is no network
   */
  async get_state_dict(options: DownloadWeightsOptions = {}): Promise<StateDict> {
    try {
      return (await hub.load_state_dict_from_url(this.url, { progress: options.progress })) as StateDict;
    } catch (error) {
      if (!(error instanceof TypeError) || !error.message.includes("fetch")) throw error;
      throw new RuntimeError(
        `${this.toString()} could not be downloaded from ${this.url} (${reason(error)}). Without a network, put that file into ${hub.get_dir()}/checkpoints.`,
        { cause: error },
      );
    }
  }

  toString(): string {
    return `${this.owner}.${this.name}`;
  }
}

Object.defineProperty(Weights.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Weights): string {
    return this.toString();
  },
});

function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The weights of a model by name; DEFAULT are the best ones. */
export type WeightsEnum<K extends string = "DEFAULT"> = Readonly<Record<K | "DEFAULT", Weights>>;

/** Makes an enumeration of weights; `best` is DEFAULT, the last one if not named. */
export function weightsEnum<K extends string>(
  owner: string,
  entries: Readonly<Record<K, WeightsEntry>>,
  best?: NoInfer<K>,
): WeightsEnum<K> {
  const names = Object.keys(entries) as K[];
  const all = Object.fromEntries(names.map((name) => [name, new Weights(owner, name, entries[name])]));
  return { ...all, DEFAULT: all[best ?? names.at(-1)!] } as WeightsEnum<K>;
}

/**
 * The weights that `value` names: "IMAGENET1K_V1", "DEFAULT" or "ResNet18_Weights.IMAGENET1K_V1".
 * @throws ValueError for another name, TypeError for weights of another model
 */
export function findWeights(known: WeightsEnum, value: Weights | string): Weights {
  const { owner } = known.DEFAULT;
  if (typeof value === "string") {
    const found = (known as Readonly<Record<string, Weights>>)[value.replace(`${owner}.`, "")];
    if (found === undefined) {
      const choices = Object.keys(known).map((name) => `'${name}'`);
      throw new ValueError(`Unknown value '${value}' for ${owner}. Valid values: ${choices.join(", ")}.`);
    }
    return found;
  }
  if (value.owner !== owner) {
    throw new TypeError(`Invalid Weight class provided; expected ${owner} but received ${value.owner}.`);
  }
  return value;
}

export interface BuilderOptions {
  readonly weights?: Weights | string | null;
  readonly progress?: DownloadWeightsOptions["progress"];
}

/** Makes a model: with random parameters at once, with published weights by a promise. */
export interface Builder<M extends Module, O extends object> {
  (options?: O & { readonly weights?: null }): M;
  (options: O & BuilderOptions & { readonly weights: Weights | string }): Promise<M>;
  /** The published weights. */
  readonly weights: WeightsEnum;
}

export interface BuilderHooks<M extends Module, O extends object> {
  /** Options that weights demand. */
  readonly options?: (options: O, weights: Weights) => O;
  /** The entries of a published state dict under their present names. */
  readonly rename?: (state: StateDict) => StateDict;
  /** What is done once the weights are loaded; `options` are those of the caller. */
  readonly finish?: (model: M, options: O) => void;
}

/** A function that makes a model. */
export function builder<M extends Module, O extends { num_classes?: number }>(
  known: WeightsEnum,
  construct: (options: O) => M,
  hooks: BuilderHooks<M, O> = {},
): Builder<M, O> {
  const build = (options: O & BuilderOptions = {} as O): M | Promise<M> => {
    const { weights = null, progress, ...rest } = options;
    const own = rest as unknown as O;
    return weights === null ? construct(own) : load(known, weights, progress, own, construct, hooks);
  };
  return Object.assign(build as Builder<M, O>, { weights: known });
}

async function load<M extends Module, O extends { num_classes?: number }>(
  known: WeightsEnum,
  named: Weights | string,
  progress: DownloadWeightsOptions["progress"],
  options: O,
  construct: (options: O) => M,
  hooks: BuilderHooks<M, O>,
): Promise<M> {
  const weights = findWeights(known, named);
  const classes = weights.meta.categories?.length;
  let needed = classes === undefined ? options : expecting(options, "num_classes", classes as O["num_classes"]);
  needed = hooks.options?.(needed, weights) ?? needed;
  const state = await weights.get_state_dict({ progress });
  const model = construct(needed);
  model.load_state_dict(hooks.rename?.(state) ?? state);
  hooks.finish?.(model, options);
  return model;
}

/**
 * `options` with the value of `key` that weights need.
 * @throws ValueError when another one was asked for
 */
export function expecting<O extends object, K extends keyof O & string>(options: O, key: K, value: O[K]): O {
  const given = options[key];
  if (given !== undefined && given !== value) {
    throw new ValueError(
      `The parameter '${key}' expected value ${pyRepr(value as never)} but got ${pyRepr(given as never)} instead.`,
    );
  }
  return { ...options, [key]: value };
}
