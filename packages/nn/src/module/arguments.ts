/** Keyword arguments of modules' methods. */
import { signature, type Signature } from "@tt/core/dispatch";
import type { Module } from "./module.ts";

export interface ModulesOptions {
  /** Modules that are left out, and to which those that were given are added. */
  memo?: Set<Module> | null;
  /** Put before every name. */
  prefix?: string;
  /** Whether a module that appears twice is given once. */
  remove_duplicate?: boolean;
}

export const readModules: Signature<Required<ModulesOptions>> = signature<Required<ModulesOptions>>(
  'named_modules(Any? memo=None, str prefix="", bool remove_duplicate=True)',
);

/** Put before every name, and whether modules below take part. */
export type NamedArgs =
  | [options?: { prefix?: string; recurse?: boolean }]
  | [prefix: string, recurse?: boolean | { recurse?: boolean }];

export const readNamed: Signature<{ prefix: string; recurse: boolean }> = signature<{
  prefix: string;
  recurse: boolean;
}>('named(str prefix="", bool recurse=True)');
