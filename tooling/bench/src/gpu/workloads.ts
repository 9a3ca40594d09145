/** Workloads for real GPUs, which all libraries have in common as far as they can. */
export interface GpuWorkload {
  readonly id: string;
  /** Multiplications and additions, or bytes that must be moved. */
  readonly flops?: number;
  readonly bytes?: number;
}

const ELEMENTS = 1 << 24;

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

export { ELEMENTS };
