import type { MemoryFormat } from "@tt/core";
import type { Module } from "../module/module.ts";

/** Lays out the weights of two-dimensional convolutions in `memory_format`. */
export function convert_conv2d_weight_memory_format<M extends Module>(module: M, memory_format: MemoryFormat): M {
  for (const part of module.modules()) {
    if (!/^Conv(Transpose)?2d$/.test(part.constructor.name)) continue;
    const { weight } = part as unknown as { weight: { data: import("@tt/core").Tensor } };
    weight.data = weight.data.detach().clone().contiguous({ memory_format });
  }
  return module;
}
