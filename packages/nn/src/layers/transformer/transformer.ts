import { RuntimeError, type Tensor } from "@tt/core";
import { ModuleList } from "../../containers/lists.ts";
import { xavier_uniform_ } from "../../init/index.ts";
import { bindConstructor, type ConstructorArgs } from "../../module/construct.ts";
import { Module } from "../../module/module.ts";
import { cloneModule } from "../../utils/clone_module.ts";
import { factory, type FactoryOptions } from "../linear.ts";
import { LayerNorm } from "../normalization.ts";
import {
  type Activation,
  type DecoderMasks,
  decoderMasks,
  type DecoderPositions,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "./layers.ts";
import { squareSubsequentMask } from "./multihead_attention.ts";

type Norm = Module & { forward(input: Tensor): Tensor };

/** `count` copies of a layer. */
const copies = <M extends Module>(layer: M, count: number): ModuleList<M> =>
  new ModuleList(Array.from({ length: count }, () => cloneModule(layer)));

interface EncoderArgs {
  encoder_layer: TransformerEncoderLayer;
  num_layers: number;
  norm?: Norm | null;
  enable_nested_tensor?: boolean;
}

/** A stack of encoder layers. */
export class TransformerEncoder extends Module {
  layers: ModuleList<TransformerEncoderLayer>;
  readonly num_layers: number;
  norm: Norm | null;
  readonly enable_nested_tensor: boolean;

  constructor(...args: ConstructorArgs<EncoderArgs, ["encoder_layer", "num_layers", "norm", "enable_nested_tensor"]>) {
    super();
    const [layer, count, norm, nested] = bindConstructor<[TransformerEncoderLayer, number, Norm | null, boolean]>(
      "TransformerEncoder(Any encoder_layer, int num_layers, Any? norm=None, bool enable_nested_tensor=True)",
      args,
    );
    this.layers = copies(layer, count);
    this.num_layers = count;
    this.norm = norm;
    this.enable_nested_tensor = nested;
  }

  override forward(
    src: Tensor,
    ...rest:
      | [options?: { mask?: Tensor | null; src_key_padding_mask?: Tensor | null }]
      | [mask: Tensor | null, src_key_padding_mask?: Tensor | null]
  ): Tensor {
    const [src_mask, src_key_padding_mask] = bindConstructor<[Tensor | null, Tensor | null]>(
      "forward(Tensor? mask=None, Tensor? src_key_padding_mask=None)",
      rest,
    );
    let output = src;
    for (const layer of this.layers) output = layer(output, { src_mask, src_key_padding_mask });
    return this.norm === null ? output : this.norm(output);
  }
}

interface DecoderArgs {
  decoder_layer: TransformerDecoderLayer;
  num_layers: number;
  norm?: Norm | null;
}

/** A stack of decoder layers. */
export class TransformerDecoder extends Module {
  layers: ModuleList<TransformerDecoderLayer>;
  readonly num_layers: number;
  norm: Norm | null;

  constructor(...args: ConstructorArgs<DecoderArgs, ["decoder_layer", "num_layers", "norm"]>) {
    super();
    const [layer, count, norm] = bindConstructor<[TransformerDecoderLayer, number, Norm | null]>(
      "TransformerDecoder(Any decoder_layer, int num_layers, Any? norm=None)",
      args,
    );
    this.layers = copies(layer, count);
    this.num_layers = count;
    this.norm = norm;
  }

  override forward(tgt: Tensor, memory: Tensor, ...rest: [options?: DecoderMasks] | DecoderPositions): Tensor {
    const [tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask] = decoderMasks(rest);
    const masks = { tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask };
    let output = tgt;
    for (const layer of this.layers) output = layer(output, memory, masks);
    return this.norm === null ? output : this.norm(output);
  }
}

interface TransformerArgs extends FactoryOptions {
  d_model?: number;
  nhead?: number;
  num_encoder_layers?: number;
  num_decoder_layers?: number;
  dim_feedforward?: number;
  dropout?: number;
  activation?: Activation;
  custom_encoder?: Module | null;
  custom_decoder?: Module | null;
  layer_norm_eps?: number;
  batch_first?: boolean;
  norm_first?: boolean;
}

/** Masks of a whole transformer. */
export interface TransformerMasks extends DecoderMasks {
  src_mask?: Tensor | null;
  src_key_padding_mask?: Tensor | null;
}

/**
 * Encoder and decoder (Vaswani et al. 2017): src [S, B, E], tgt [T, B, E], batch first if so chosen.
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { Transformer } from "@tt/nn";
 * const model = new Transformer({ d_model: 8, nhead: 2, num_encoder_layers: 1, num_decoder_layers: 1 });
 * model(rand(5, 2, 8), rand(3, 2, 8)).shape; // [3, 2, 8]
 * ```
 */
export class Transformer extends Module {
  encoder: Module;
  decoder: Module;
  readonly d_model: number;
  readonly nhead: number;
  readonly batch_first: boolean;

  constructor(
    ...args: ConstructorArgs<
      TransformerArgs,
      [
        "d_model",
        "nhead",
        "num_encoder_layers",
        "num_decoder_layers",
        "dim_feedforward",
        "dropout",
        "activation",
        "custom_encoder",
        "custom_decoder",
        "layer_norm_eps",
        "batch_first",
        "norm_first",
        "device",
        "dtype",
      ]
    >
  ) {
    super();
    type Bound = [
      number,
      number,
      number,
      number,
      number,
      number,
      Activation,
      Module | null,
      Module | null,
      number,
      boolean,
      boolean,
      unknown,
      unknown,
    ];
    const [
      d_model,
      nhead,
      encoders,
      decoders,
      dim_feedforward,
      dropout,
      activation,
      encoder,
      decoder,
      layer_norm_eps,
      batch_first,
      norm_first,
      device,
      dtype,
    ] = bindConstructor<Bound>(
      'Transformer(int d_model=512, int nhead=8, int num_encoder_layers=6, int num_decoder_layers=6, int dim_feedforward=2048, float dropout=0.1, Any activation="relu", Any? custom_encoder=None, Any? custom_decoder=None, float layer_norm_eps=1e-05, bool batch_first=False, bool norm_first=False, Device? device=None, ScalarType? dtype=None)',
      args,
    );
    const options = factory(device, dtype);
    const layer = { dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, ...options };
    const finalNorm = (): LayerNorm => new LayerNorm(d_model, { eps: layer_norm_eps, ...options });
    this.encoder =
      encoder ?? new TransformerEncoder(new TransformerEncoderLayer(d_model, nhead, layer), encoders, finalNorm());
    this.decoder =
      decoder ?? new TransformerDecoder(new TransformerDecoderLayer(d_model, nhead, layer), decoders, finalNorm());
    this._reset_parameters();
    this.d_model = d_model;
    this.nhead = nhead;
    this.batch_first = batch_first;
  }

  /** Draws all matrices anew. */
  _reset_parameters(): void {
    for (const param of this.parameters()) if (param.ndim > 1) xavier_uniform_(param);
  }

  override forward(
    src: Tensor,
    tgt: Tensor,
    ...rest:
      | [options?: TransformerMasks]
      | [
          src_mask: Tensor | null,
          tgt_mask?: Tensor | null,
          memory_mask?: Tensor | null,
          src_key_padding_mask?: Tensor | null,
          tgt_key_padding_mask?: Tensor | null,
          memory_key_padding_mask?: Tensor | null,
        ]
  ): Tensor {
    type Bound = [Tensor | null, Tensor | null, Tensor | null, Tensor | null, Tensor | null, Tensor | null];
    const [src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask] =
      bindConstructor<Bound>(
        "forward(Tensor? src_mask=None, Tensor? tgt_mask=None, Tensor? memory_mask=None, Tensor? src_key_padding_mask=None, Tensor? tgt_key_padding_mask=None, Tensor? memory_key_padding_mask=None)",
        rest,
      );
    const batch = this.batch_first ? 0 : 1;
    if (src.ndim === 3 && src.shape[batch] !== tgt.shape[batch]) {
      throw new RuntimeError("the batch number of src and tgt must be equal");
    }
    if (src.shape.at(-1) !== this.d_model || tgt.shape.at(-1) !== this.d_model) {
      throw new RuntimeError("the feature number of src and tgt must be equal to d_model");
    }
    const memory = this.encoder(src, { mask: src_mask, src_key_padding_mask }) as Tensor;
    return this.decoder(tgt, memory, {
      tgt_mask,
      memory_mask,
      tgt_key_padding_mask,
      memory_key_padding_mask,
    }) as Tensor;
  }

  /** A mask that keeps positions from seeing later ones. */
  generate_square_subsequent_mask(sz: number): Tensor {
    return squareSubsequentMask(sz);
  }

  /** The same without a model. */
  static generate_square_subsequent_mask(sz: number): Tensor {
    return squareSubsequentMask(sz);
  }
}
