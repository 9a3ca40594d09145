import type { DeviceRequest } from "./protocol.ts";

interface NodeModule {
  createRequire(from: string | URL): { resolve(id: string): string };
}

interface Host {
  readonly process?: { readonly versions?: { readonly node?: string }; getBuiltinModule?(id: string): unknown };
}

export const isNode: boolean = (globalThis as Host).process?.versions?.node !== undefined;

/** A module of Node's own. */
export function builtinModule(id: string): unknown {
  return (globalThis as Host).process!.getBuiltinModule!(id);
}

/** Where the package `webgpu`, which brings WebGPU to Node, lies; as a URL to import. */
export function webgpuUrl(): string {
  const { createRequire } = builtinModule("node:module") as NodeModule;
  const { pathToFileURL } = builtinModule("node:url") as { pathToFileURL(path: string): URL };
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve("webgpu")).href;
  } catch (cause) {
    throw new Error('in Node, device "gpu" needs the package "webgpu": npm install webgpu', { cause });
  }
}

/** The names under which Dawn knows toggles. */
export function dawnOptions(request: DeviceRequest): string[] {
  return request.toggles.length === 0 ? [] : [`enable-dawn-features=${request.toggles.join(",")}`];
}

/** WebGPU as this thread has it. */
export async function gpuOfThisThread(request: DeviceRequest): Promise<GPU> {
  if (isNode) {
    // The specifier is a variable, so that bundlers for browsers leave it alone.
    const url = webgpuUrl();
    const { create } = (await import(/* @vite-ignore */ url)) as { create(options: string[]): GPU };
    return create(dawnOptions(request));
  }
  const gpu = (navigator as Partial<Navigator>).gpu;
  if (gpu === undefined) throw new Error("this browser has no WebGPU, or has it switched off on pages like this");
  return gpu;
}
