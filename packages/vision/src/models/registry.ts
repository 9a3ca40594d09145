import { ValueError } from "@tt/core";
import type { Module } from "@tt/nn";
import * as all from "./all.ts";
import type { Builder, BuilderOptions, Weights, WeightsEnum } from "./weights.ts";

/** A builder whose model is known by its name only. */
export type AnyBuilder = Builder<Module, { num_classes?: number }>;

const known = all as unknown as Readonly<Record<string, unknown>>;

const isBuilder = (value: unknown): value is AnyBuilder =>
  typeof value === "function" && Object.hasOwn(value, "weights");

/** Names of the models, sorted. */
export function list_models(): string[] {
  return Object.keys(known)
    .filter((name) => isBuilder(known[name]))
    .toSorted();
}

/**
 * The function that makes the model of a name.
 * @throws ValueError for a name that there is not
 */
export function get_model_builder(name: string): AnyBuilder {
  const found = known[name.toLowerCase()];
  if (!isBuilder(found)) throw new ValueError(`Unknown model ${name.toLowerCase()}`);
  return found;
}

/**
 * A model by its name; a promise of it with published weights.
 * @example
 * ```ts
 * import { models } from "@tt/vision";
 * models.get_model("squeezenet1_1", { num_classes: 10 });
 * ```
 */
export function get_model(name: string, options?: { num_classes?: number; weights?: null }): Module;
export function get_model(
  name: string,
  options: BuilderOptions & { num_classes?: number; weights: Weights | string },
): Promise<Module>;
export function get_model(
  name: string,
  options: BuilderOptions & { num_classes?: number } = {},
): Module | Promise<Module> {
  return get_model_builder(name)(options as { weights: string });
}

/** The published weights of a model, by its name or the function that makes it. */
export function get_model_weights(name: string | { readonly weights: WeightsEnum }): WeightsEnum {
  return (typeof name === "string" ? get_model_builder(name) : name).weights;
}

/**
 * Weights by their full name, such as "ResNet50_Weights.IMAGENET1K_V1".
 * @throws ValueError for a name that there is not
 */
export function get_weight(name: string): Weights {
  const [owner = "", entry = "", ...rest] = name.split(".");
  if (entry === "" || rest.length > 0) throw new ValueError(`Invalid weight name provided: '${name}'.`);
  const weights = known[owner];
  if (!owner.endsWith("_Weights") || weights === undefined) {
    throw new ValueError(`The weight enum '${owner}' for the specific method couldn't be retrieved.`);
  }
  const found = (weights as Readonly<Record<string, Weights>>)[entry];
  if (found === undefined) throw new ValueError(`Unknown value '${entry}' for ${owner}.`);
  return found;
}
