import { CPU, type DType, type Kernel, type Kernels, RuntimeError, type Scalar, Tensor } from "@tt/core";
import { allocate, copyInto, type MapKernel, type Program } from "@tt/core/dispatch";
import { toDevice } from "../memory/transfer.ts";
import { type Memory } from "../memory/memory.ts";
import type { Engine } from "../engine.ts";

/** What the host computes in the device's place, and how often. */
export class HostSide {
  readonly uses: Map<string, number> = new Map();
  private readonly engine: Engine;
  private readonly synchronous: boolean;

  constructor(engine: Engine, synchronous: boolean) {
    this.engine = engine;
    this.synchronous = synchronous;
  }

  /** Notes that the host is to compute. @throws RuntimeError where it cannot be waited for the operands */
  private count(name: string): void {
    if (!this.synchronous) {
      throw new RuntimeError(
        `${name} has no kernel on device "gpu", and its operands can't be read synchronously here. Move them with await tensor.toAsync("cpu").`,
      );
    }
    this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
  }

  /** An element-wise program with functions that have no code on the device. */
  map(
    program: Program,
    compute: DType,
    out: Tensor,
    inputs: readonly (Tensor | Scalar)[],
    scalars: readonly Scalar[],
  ): void {
    this.count(`map ${program.text}`);
    const results = allocate(out.shape, out.dtype, CPU);
    const brought = inputs.map((input) => (input instanceof Tensor ? input.cpu() : input));
    (this.engine.host.map as MapKernel)(program, compute, results, brought, scalars);
    copyInto(out, results);
  }

  /** A kernel that only writes: the host computes it, and nothing is read. */
  producer(kernel: Kernel): Kernel {
    return (out: Tensor, ...args: unknown[]): void => {
      // Draws go in the order of memory.
      const span = out.shape.reduce((sum, size, d) => sum + (size - 1) * out.strides[d]!, 1);
      const made = allocate([out.numel() === 0 ? 0 : span], out.dtype, CPU);
      const like = new Tensor(made.storage, out.dtype, out.shape, out.strides);
      kernel(like, ...(args as never[]));
      copyInto(out, like);
    };
  }

  /** Writes elements to a fresh memory. */
  upload(memory: Memory, elements: Tensor["array"]): void {
    this.engine.queue.upload(memory, toDevice(elements, memory.form.dtype));
  }
}

/** Kernels that make numbers from nothing: they are made on the host, as PyTorch's cpu makes them. */
export function producerKernels(host: HostSide, kernels: Kernels): Kernels {
  return {
    arange: host.producer(kernels["arange"] as Kernel),
    draw: host.producer(kernels["draw"] as Kernel),
  };
}
