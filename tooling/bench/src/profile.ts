import type { Backend, Kernel, Kernels } from "@tt/torch";

interface Entry {
  calls: number;
  milliseconds: number;
}

/** Time in kernels of a backend by their name, that of kernels they call left out; element-wise loops by their expression. */
export class Profile {
  private readonly entries = new Map<string, Entry>();
  private inner = 0;

  /** The backend with its kernels watched; those it has from the host are marked. */
  watch(backend: Backend): Backend {
    const kernels: Record<string, unknown> = {};
    const own = backend.kernels as Readonly<Record<string, Kernel>>;
    for (const name in own) {
      const label = Object.hasOwn(own, name) ? name : `${name} (host)`;
      kernels[name] = this.watched(own[name]!, (first) =>
        name === "map" ? `map ${(first as { readonly text: string }).text}` : label,
      );
    }
    return { ...backend, kernels: kernels as Kernels };
  }

  private watched(kernel: Kernel, label: (first: unknown) => string): Kernel {
    return (...args) => {
      const outer = this.inner;
      this.inner = 0;
      const start = performance.now();
      try {
        return kernel(...args);
      } finally {
        const took = performance.now() - start;
        this.add(label(args[0]), took - this.inner);
        this.inner = outer + took;
      }
    };
  }

  private add(name: string, milliseconds: number): void {
    const entry = this.entries.get(name) ?? { calls: 0, milliseconds: 0 };
    entry.calls++;
    entry.milliseconds += milliseconds;
    this.entries.set(name, entry);
  }

  reset(): void {
    this.entries.clear();
  }

  /** Rows of a table, most time first, of `rounds` rounds that took `total` milliseconds together. */
  lines(rounds: number, total: number): string[] {
    const kernels = [...this.entries].sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
    const rest = total - kernels.reduce((sum, [, entry]) => sum + entry.milliseconds, 0);
    return [...kernels.slice(0, 25), ["everything else", { calls: 0, milliseconds: rest }] as const].map(
      ([name, { calls, milliseconds }]) =>
        `${(milliseconds / rounds).toFixed(3).padStart(10)} ms ${((100 * milliseconds) / total).toFixed(1).padStart(5)} % ${String(Math.round(calls / rounds)).padStart(6)} calls  ${name}`,
    );
  }
}
