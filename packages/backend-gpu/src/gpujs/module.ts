import { RuntimeError } from "@tt/core";
import { builtinModule, isNode } from "../device/provider.ts";

/** What is used of gpu.js 2.24. */
export interface GpujsModule {
  readonly GPU: new (settings: { mode: GpujsMode; canvas?: unknown }) => GpujsInstance;
  /** An array with its sizes: x, y, z. */
  readonly input: (value: ArrayLike<number>, size: readonly number[]) => unknown;
  readonly WebGPUKernel: new (source: string, settings: object) => TranslatedKernel;
  readonly WebGL2Kernel: object;
  readonly WebGLKernel: object;
  readonly WebAssemblyKernel: object;
  readonly CPUKernel: object;
}

/** The classes that compute in each mode. */
export const KERNEL_CLASSES: Readonly<Record<GpujsMode, keyof GpujsModule>> = {
  webgl2: "WebGL2Kernel",
  webgl: "WebGLKernel",
  webasm: "WebAssemblyKernel",
  cpu: "CPUKernel",
};

/** Where gpu.js can compute. */
export type GpujsMode = "webgl2" | "webgl" | "webasm" | "cpu";

export interface GpujsInstance {
  createKernel(source: string, settings: object): GpujsKernel;
  destroy(): Promise<void>;
}

export interface GpujsKernel {
  (...args: unknown[]): GpujsResult;
  setOutput(output: readonly number[]): unknown;
  destroy(): void;
  /** The implementation behind it; another than asked for when gpu.js fell back. */
  readonly kernel: { readonly constructor: { readonly mode: string }; readonly fallbackReason?: string | null };
}

/** What a kernel gives with `pipeline`: a texture in WebGL, else nested arrays. */
export type GpujsResult = GpujsTexture | Float32Array | readonly Float32Array[] | readonly (readonly Float32Array[])[];

export interface GpujsTexture {
  toArray(): GpujsResult;
  delete(): void;
}

/** A kernel of gpu.js's WebGPU mode, of which only the translation to WGSL is used. */
export interface TranslatedKernel {
  build(...args: unknown[]): unknown;
  readonly translatedBody: string;
  readonly translatedFunctions: string;
  readonly compiledSource: string;
  readonly componentCount: number;
  readonly paramsLayout: {
    readonly arrayArgs: readonly { readonly name: string; readonly index: number }[];
    readonly scalarArgs: readonly { readonly name: string; readonly index: number; readonly type: string }[];
    readonly bufferConstants: readonly { readonly name: string; readonly constantName: string }[];
  };
}

/** How to get gpu.js, where importing it by its name does not do: in bundled programs. */
export type GpujsLoader = () => Promise<unknown>;

let loading: Promise<GpujsModule> | null = null;

/**
 * Loads gpu.js, once.
 *
 * @throws RuntimeError when it is not installed
 */
export function loadGpujs(load: GpujsLoader = importByName): Promise<GpujsModule> {
  loading ??= load().then(
    (module) => ((module as { default?: unknown }).default ?? module) as GpujsModule,
    (cause: unknown) => {
      loading = null;
      throw new RuntimeError(
        'gpu: this needs the package "gpu.js": npm install gpu.js@2.24.1 (in bundled programs pass gpu({ gpujs: () => import("gpu.js") }))',
        { cause },
      );
    },
  );
  return loading;
}

interface Resolver {
  createRequire(from: string | URL): { resolve(id: string): string };
}

async function importByName(): Promise<unknown> {
  const name = "gpu.js";
  // The specifier is a variable, so that bundlers leave it alone: not everybody has the package.
  if (!isNode) return import(/* @vite-ignore */ name);
  const path = (builtinModule("node:module") as Resolver).createRequire(import.meta.url).resolve(name);
  return import(
    /* @vite-ignore */ (builtinModule("node:url") as { pathToFileURL(path: string): URL }).pathToFileURL(path).href
  );
}
