import { type Tensor, ValueError } from "@tt/core";
import { Conv2d, functional as F, init, Module, ModuleList } from "@tt/nn";
import { keywords, type LayerMaker } from "../layer.ts";
import { Conv2dNormActivation } from "./conv_norm_activation.ts";

/** Adds maps at the end of a pyramid. */
export abstract class ExtraFPNBlock extends Module {
  abstract override forward(
    results: readonly Tensor[],
    x: readonly Tensor[],
    names: readonly string[],
  ): [results: Tensor[], names: string[]];
}

/** Adds the last map at half its size. */
export class LastLevelMaxPool extends ExtraFPNBlock {
  override forward(results: readonly Tensor[], _x: readonly Tensor[], names: readonly string[]): [Tensor[], string[]] {
    const last = F.max_pool2d(results.at(-1)!, 1, { stride: 2, padding: 0 });
    return [
      [...results, last],
      [...names, "pool"],
    ];
  }
}

/** Adds two maps by strided convolutions, as RetinaNet does. */
export class LastLevelP6P7 extends ExtraFPNBlock {
  p6: Conv2d;
  p7: Conv2d;
  readonly use_P5: boolean;

  constructor(in_channels: number, out_channels: number) {
    super();
    this.p6 = new Conv2d(in_channels, out_channels, 3, 2, 1);
    this.p7 = new Conv2d(out_channels, out_channels, 3, 2, 1);
    for (const conv of [this.p6, this.p7]) {
      init.kaiming_uniform_(conv.weight, { a: 1 });
      if (conv.bias !== null) init.zeros_(conv.bias);
    }
    this.use_P5 = in_channels === out_channels;
  }

  override forward(results: readonly Tensor[], x: readonly Tensor[], names: readonly string[]): [Tensor[], string[]] {
    const p6 = this.p6((this.use_P5 ? results : x).at(-1)!);
    return [
      [...results, p6, this.p7(p6.relu())],
      [...names, "p6", "p7"],
    ];
  }
}

export interface FeaturePyramidNetworkOptions {
  extra_blocks?: ExtraFPNBlock | null;
  norm_layer?: LayerMaker | null;
}

/** Feature maps of several sizes, each mixed with the smaller ones (Lin et al. 2016); takes and gives named maps. */
export class FeaturePyramidNetwork extends Module {
  inner_blocks: ModuleList<Conv2dNormActivation>;
  layer_blocks: ModuleList<Conv2dNormActivation>;
  extra_blocks: ExtraFPNBlock | null;

  /** @throws ValueError for a map without channels */
  constructor(in_channels_list: readonly number[], out_channels: number, options: FeaturePyramidNetworkOptions = {}) {
    super();
    Object.defineProperty(this, "_version", { value: 2 });
    const o = keywords<Required<FeaturePyramidNetworkOptions>>("FeaturePyramidNetwork.__init__()", options, {
      extra_blocks: null,
      norm_layer: null,
    });
    this.inner_blocks = new ModuleList<Conv2dNormActivation>();
    this.layer_blocks = new ModuleList<Conv2dNormActivation>();
    const shared = { norm_layer: o.norm_layer, activation_layer: null };
    for (const channels of in_channels_list) {
      if (channels === 0) throw new ValueError("in_channels=0 is currently not supported");
      this.inner_blocks.append(
        new Conv2dNormActivation(channels, out_channels, { ...shared, kernel_size: 1, padding: 0 }),
      );
      this.layer_blocks.append(new Conv2dNormActivation(out_channels, out_channels, { ...shared, kernel_size: 3 }));
    }
    for (const m of this.modules()) {
      if (!(m instanceof Conv2d)) continue;
      init.kaiming_uniform_(m.weight, { a: 1 });
      if (m.bias !== null) init.zeros_(m.bias);
    }
    this.extra_blocks = o.extra_blocks;
  }

  override forward(x: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const maps = Object.values(x);
    let names = Object.keys(x);
    let results: Tensor[] = [];
    let above: Tensor | null = null;
    for (let i = maps.length - 1; i >= 0; i--) {
      const lateral = this.inner_blocks.at(i)(maps[i]!);
      const size = lateral.shape.slice(-2);
      above = above === null ? lateral : lateral.add(F.interpolate(above, { size, mode: "nearest" }));
      results.unshift(this.layer_blocks.at(i)(above));
    }
    if (this.extra_blocks !== null) [results, names] = this.extra_blocks(results, maps, names);
    return Object.fromEntries(names.map((name, i) => [name, results[i]!]));
  }
}
