/** Ways of having the garbage collector run, where the host has them. */
export interface Collector {
  /** A registry whose finalizers `collect` can run at once, if the host allows that. */
  readonly Registry: typeof FinalizationRegistry;
  /** Whether `collect` runs finalizers before it comes back; else they wait for a turn of the event loop. */
  readonly immediate: boolean;
  /** Runs the collector and, where possible, finalizers; null where nothing can be done. */
  readonly collect: ((registry: FinalizationRegistry<never>) => void) | null;
}

interface V8 {
  setFlagsFromString(flags: string): void;
}

interface Vm {
  createContext(): object;
  runInContext(code: string, context: object): unknown;
  runInNewContext(code: string): unknown;
}

interface Cleanup {
  cleanupSome?: (callback?: (held: unknown) => void) => void;
}

/**
 * Finalizers never run inside a synchronous loop. In Node a collection can be asked for, and Node 20 and 22 offer
 * `cleanupSome` behind a flag, which runs finalizers at once.
 */
export function makeCollector(): Collector {
  const none: Collector = { Registry: FinalizationRegistry, immediate: false, collect: null };
  const host = (
    globalThis as { process?: { versions?: { node?: string }; getBuiltinModule?: (id: string) => unknown } }
  ).process;
  const v8 = host?.getBuiltinModule?.("node:v8") as V8 | undefined;
  const vm = host?.getBuiltinModule?.("node:vm") as Vm | undefined;
  if (v8 === undefined || vm === undefined) return none;
  try {
    v8.setFlagsFromString("--expose-gc");
    const gc = vm.runInNewContext("gc") as () => void;
    let Registry = FinalizationRegistry;
    const immediate = Number(host?.versions?.node?.split(".")[0]) < 24;
    if (immediate) {
      v8.setFlagsFromString("--harmony-weak-refs-with-cleanup-some");
      Registry = vm.runInContext("FinalizationRegistry", vm.createContext()) as typeof FinalizationRegistry;
    }
    return {
      Registry,
      immediate,
      collect: (registry) => {
        gc();
        (registry as Cleanup).cleanupSome?.();
      },
    };
  } catch {
    return none;
  }
}
