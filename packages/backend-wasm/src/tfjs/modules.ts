import { RuntimeError } from "@tt/core";

/** What is used of TF.js: its own types would bring it to everybody who type-checks against this package. */
export interface Tfjs {
  env(): { set(flag: string, value: boolean): void };
  engine(): {
    readonly registry: Readonly<Record<string, unknown>>;
    makeTensorFromTensorInfo(info: TfInfo, backend: TfBackend): unknown;
    removeDataId(dataId: object, backend: TfBackend): void;
  };
  backend(): unknown;
  setBackend(name: string): Promise<boolean>;
  getKernel(name: string, backend: string): { readonly kernelFunc: TfKernel } | undefined;
  tensor(values: unknown, shape: readonly number[], dtype: TfDtype): unknown;
}

export type TfDtype = "float32" | "int32" | "bool";

/** A tensor as its kernels see it. */
export interface TfInfo {
  readonly dataId: object;
  readonly shape: readonly number[];
  readonly dtype: string;
}

export type TfKernel = (call: {
  readonly inputs: Readonly<Record<string, TfInfo>>;
  readonly attrs: object;
  readonly backend: TfBackend;
}) => TfInfo | readonly TfInfo[];

/** The backend object of @tensorflow/tfjs-backend-wasm. */
export interface TfBackend {
  readonly wasm: {
    readonly asm?: { readonly memory?: unknown };
    readonly tfjs: { disposeData(id: number): void };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: {
    get(dataId: object): { readonly id: number; readonly memoryOffset: number; refCount: number };
    has(dataId: object): boolean;
    delete(dataId: object): boolean;
  };
  /** With `memoryOffset`, a tensor on memory that is there already. */
  makeOutput(shape: readonly number[], dtype: string, memoryOffset?: number | null, values?: unknown): TfInfo;
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
}

const CORE = "@tensorflow/tfjs-core";
const BACKEND = "@tensorflow/tfjs-backend-wasm";

/** TF.js with its WebAssembly backend; from the module that bundled programs hand over, else by name. */
export async function loadTfjs(given: object | undefined): Promise<Tfjs> {
  if (given !== undefined) return given as Tfjs;
  try {
    // Bundlers must not look for packages that hardly anybody has: these are names they do not see through.
    const [tfjs] = (await Promise.all(
      [CORE, BACKEND].map((name) => import(/* webpackIgnore: true */ /* @vite-ignore */ name)),
    )) as [Tfjs];
    return tfjs;
  } catch (error) {
    throw new RuntimeError(
      `wasm({ engine: "tfjs" }) computes with TF.js, which could not be loaded: npm install ${CORE} ${BACKEND}; in a bundled program also give it the module: import * as tfjs from "${CORE}"; import "${BACKEND}"; wasm({ engine: "tfjs", tfjs })`,
      { cause: error },
    );
  }
}

/** Its WebAssembly backend, started if need be; from now on TF.js's own programs use it, too. */
export async function startBackend(tfjs: Tfjs): Promise<{ backend: TfBackend; memory: WebAssembly.Memory }> {
  // The build for several threads does not tell which memory it uses; in Node there is none anyway.
  if (tfjs.engine().registry["wasm"] === undefined) tfjs.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  if (!(await tfjs.setBackend("wasm")))
    throw new RuntimeError(`TF.js could not start its WebAssembly backend; is ${BACKEND} imported?`);
  const backend = tfjs.backend() as TfBackend;
  const memory = backend.wasm.asm?.memory;
  if (!(memory instanceof WebAssembly.Memory))
    throw new RuntimeError(
      'wasm({ engine: "tfjs" }) cannot share the memory of the build that TF.js has started, the one for several threads: call it before tf.setBackend("wasm")',
    );
  return { backend, memory };
}
