import type { Tensor } from "@tt/core";
import { Module } from "@tt/nn";

/** A module from one tensor to another. */
export interface Layer extends Module {
  forward(input: Tensor): Tensor;
}

/** What makes a layer: its class, or a function that fixes some of the arguments. */
export type LayerMaker<A extends readonly unknown[] = [channels: number]> =
  | (new (...args: A) => Layer)
  | ((...args: A) => Layer);

/** Makes a layer from `maker`. */
export function make<A extends readonly unknown[]>(maker: LayerMaker<A>, ...args: A): Layer {
  return isClass(maker) ? new maker(...args) : maker(...args);
}

function isClass<A extends readonly unknown[]>(maker: LayerMaker<A>): maker is new (...args: A) => Layer {
  return (maker.prototype as unknown) instanceof Module;
}

/**
 * Keyword arguments with their defaults.
 * @throws TypeError for one that `owner` does not have
 */
export function keywords<O extends object>(owner: string, given: Partial<O>, defaults: O): O {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(defaults, key)) continue;
    const valid = Object.keys(defaults).join(", ");
    throw new TypeError(`${owner} got an unexpected keyword argument '${key}' (valid keyword arguments: ${valid})`);
  }
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(present) as Partial<O>) };
}
