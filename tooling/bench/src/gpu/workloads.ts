/** Workloads for real GPUs, which all libraries have in common as far as they can. */
export interface GpuWorkload {
  readonly id: string;
  /** Multiplications and additions, or bytes that must be moved. */
  readonly flops?: number;
  readonly bytes?: number;
}

/** Set when the pages are bundled: the software adapter takes minutes for what a GPU does in milliseconds. */
declare const SOFTWARE: boolean | undefined;
const software = typeof SOFTWARE !== "undefined" && SOFTWARE;

/** Elements of element-wise workloads. */
export const ELEMENTS: number = software ? 1 << 16 : 1 << 24;

export const gpuWorkloads: readonly GpuWorkload[] = [
  ...["f32", "f16"].flatMap((type) =>
    [512, 1024, 2048, 4096].map((n) => ({ id: `gpu.matmul.${n}.${type}`, flops: 2 * n ** 3 })),
  ),
  { id: "gpu.ew.add", bytes: 12 * ELEMENTS },
  // gelu(a) * b + a, fused where a library fuses.
  { id: "gpu.ew.chain", bytes: 12 * ELEMENTS },
  { id: "gpu.sum", bytes: 4 * ELEMENTS },
  { id: "gpu.mlp" },
  { id: "gpu.cnn" },
  { id: "gpu.gpt" },
];
