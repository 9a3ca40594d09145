import { arange, cat, float32, meshgrid, Parameter, stack, type Tensor, ValueError, zeros } from "@tt/core";
import { functional as F, init, Linear, Module, ReLU, Sequential } from "@tt/nn";

type Pair = readonly [number, number];

export interface ShiftedWindowOptions {
  readonly window_size: Pair;
  readonly num_heads: number;
  readonly shift_size: Pair;
  readonly attention_dropout: number;
  readonly dropout: number;
  /** For attention by cosines: the logarithm of what they are multiplied with. */
  readonly logit_scale: Tensor | null;
}

/** The bias of each pair of places of a window, [1, heads, places, places]. */
function positionBias(table: Tensor, index: Tensor, window: Pair): Tensor {
  const places = window[0] * window[1];
  return table.at(index).view(places, places, -1).permute(2, 0, 1).contiguous().unsqueeze(0);
}

/** -100 for pairs of places that the shift has brought together, [windows, places, places]. */
function shiftMask(like: Tensor, height: number, width: number, window: Pair, shift: Pair): Tensor {
  const bands = (size: number, w: number, s: number): (readonly [number, number])[] => [
    [0, size - w],
    [size - w, w - s],
    [size - s, s],
  ];
  const regions = like.new_zeros([height, width]);
  let count = 0;
  for (const [top, rows] of bands(height, window[0], shift[0])) {
    for (const [left, columns] of bands(width, window[1], shift[1])) {
      regions.narrow(0, top, rows).narrow(1, left, columns).fill_(count++);
    }
  }
  const [down, across] = [height / window[0], width / window[1]];
  const places = regions
    .view(down, window[0], across, window[1])
    .permute(0, 2, 1, 3)
    .reshape(down * across, window[0] * window[1]);
  const difference = places.unsqueeze(1).sub(places.unsqueeze(2));
  return difference.masked_fill(difference.ne(0), -100);
}

/** Attention within windows, which are shifted against those of the block before; [N, H, W, C] to the same. */
export function shifted_window_attention(
  input: Tensor,
  qkv: Linear,
  proj: Linear,
  relative_position_bias: Tensor,
  options: ShiftedWindowOptions,
): Tensor {
  const { window_size: window, num_heads, logit_scale } = options;
  const [n, h, w, c] = input.shape as [number, number, number, number];
  const right = (window[1] - (w % window[1])) % window[1];
  const below = (window[0] - (h % window[0])) % window[0];
  let x = F.pad(input, [0, 0, 0, right, 0, below]);
  const [height, width] = [h + below, w + right];
  const shift = options.shift_size.map((s, i) => (window[i]! >= [height, width][i]! ? 0 : s)) as unknown as Pair;
  const shifted = shift[0] + shift[1] > 0;
  if (shifted) x = x.roll([-shift[0], -shift[1]], [1, 2]);

  const [down, across] = [height / window[0], width / window[1]];
  const [windows, places] = [down * across, window[0] * window[1]];
  x = x.view(n, down, window[0], across, window[1], c);
  x = x.permute(0, 1, 3, 2, 4, 5).reshape(n * windows, places, c);

  let bias: Tensor | null = qkv.bias;
  if (logit_scale !== null && bias !== null) {
    const third = bias.numel() / 3;
    bias = bias.clone();
    bias.narrow(0, third, third).zero_();
  }
  const projected = F.linear(x, qkv.weight, bias);
  const parts = projected.reshape(n * windows, places, 3, num_heads, c / num_heads).permute(2, 0, 3, 1, 4);
  const [q, k, v] = [parts.select(0, 0), parts.select(0, 1), parts.select(0, 2)];
  let scores: Tensor;
  if (logit_scale === null) scores = q.mul((c / num_heads) ** -0.5).matmul(k.transpose(-2, -1));
  else {
    const cosines = F.normalize(q, { dim: -1 }).matmul(F.normalize(k, { dim: -1 }).transpose(-2, -1));
    scores = cosines.mul(logit_scale.clamp({ max: Math.log(100) }).exp());
  }
  scores = scores.add(relative_position_bias);
  if (shifted) {
    const mask = shiftMask(x, height, width, window, shift);
    scores = scores.view(n, windows, num_heads, places, places).add(mask.unsqueeze(1).unsqueeze(0));
    scores = scores.view(-1, num_heads, places, places);
  }
  const weights = F.dropout(F.softmax(scores, -1), options.attention_dropout);
  x = weights
    .matmul(v)
    .transpose(1, 2)
    .reshape(n * windows, places, c);
  x = F.dropout(F.linear(x, proj.weight, proj.bias), options.dropout);

  x = x.view(n, down, across, window[0], window[1], c);
  x = x.permute(0, 1, 3, 2, 4, 5).reshape(n, height, width, c);
  if (shifted) x = x.roll([shift[0], shift[1]], [1, 2]);
  return x.narrow(1, 0, h).narrow(2, 0, w).contiguous();
}

/** Attention within windows with a learned bias for each relative position. */
export class ShiftedWindowAttention extends Module {
  readonly window_size: Pair;
  readonly shift_size: Pair;
  readonly num_heads: number;
  readonly attention_dropout: number;
  readonly dropout: number;
  qkv: Linear;
  proj: Linear;
  declare relative_position_bias_table?: Parameter;
  declare relative_position_index: Tensor;

  constructor(
    dim: number,
    window_size: Pair,
    shift_size: Pair,
    num_heads: number,
    options: { attention_dropout?: number; dropout?: number } = {},
  ) {
    super();
    if (window_size.length !== 2 || shift_size.length !== 2) {
      throw new ValueError("window_size and shift_size must be of length 2");
    }
    this.window_size = window_size;
    this.shift_size = shift_size;
    this.num_heads = num_heads;
    this.attention_dropout = options.attention_dropout ?? 0;
    this.dropout = options.dropout ?? 0;
    this.qkv = new Linear(dim, dim * 3);
    this.proj = new Linear(dim, dim);
    this.definePositions();
    this.register_buffer("relative_position_index", relativeIndex(window_size));
  }

  protected definePositions(): void {
    const [rows, columns] = this.window_size;
    this.relative_position_bias_table = new Parameter(zeros((2 * rows - 1) * (2 * columns - 1), this.num_heads));
    init.trunc_normal_(this.relative_position_bias_table, { std: 0.02 });
  }

  protected bias(): Tensor {
    return positionBias(this.relative_position_bias_table!, this.relative_position_index, this.window_size);
  }

  protected scale(): Tensor | null {
    return null;
  }

  override forward(x: Tensor): Tensor {
    const { window_size, shift_size, num_heads, attention_dropout, dropout } = this;
    return shifted_window_attention(x, this.qkv, this.proj, this.bias(), {
      window_size,
      shift_size,
      num_heads,
      attention_dropout,
      dropout,
      logit_scale: this.scale(),
    });
  }
}

/** For each pair of places of a window, the row of the table that its relative position has. */
function relativeIndex([rows, columns]: Pair): Tensor {
  const coordinates = stack(meshgrid(arange(rows), arange(columns), { indexing: "ij" })).flatten(1);
  const relative = coordinates.unsqueeze(2).sub(coordinates.unsqueeze(1));
  const down = relative.select(0, 0).add(rows - 1);
  const across = relative.select(0, 1).add(columns - 1);
  return down
    .mul(2 * columns - 1)
    .add(across)
    .flatten();
}

/** Version 2: cosines, and biases computed by a network from relative positions. */
export class ShiftedWindowAttentionV2 extends ShiftedWindowAttention {
  declare relative_coords_table: Tensor;
  logit_scale: Parameter;
  cpb_mlp: Sequential;

  constructor(
    dim: number,
    window_size: Pair,
    shift_size: Pair,
    num_heads: number,
    options: { attention_dropout?: number; dropout?: number } = {},
  ) {
    super(dim, window_size, shift_size, num_heads, options);
    this.logit_scale = new Parameter(zeros(num_heads, 1, 1).fill_(10).log());
    this.cpb_mlp = new Sequential(
      new Linear(2, 512, true),
      new ReLU({ inplace: true }),
      new Linear(512, num_heads, false),
    );
    const { bias } = this.qkv;
    if (bias !== null) init.zeros_(bias.detach().narrow(0, dim, dim));
  }

  protected override definePositions(): void {
    const axes = this.window_size.map((size) => arange(-(size - 1), size, { dtype: float32 }).div(size - 1));
    const grid = stack(meshgrid(...axes, { indexing: "ij" }), -1).mul(8);
    const table = grid.sign().mul(grid.abs().add(1).log2()).div(3);
    this.register_buffer("relative_coords_table", table.unsqueeze(0));
  }

  protected override bias(): Tensor {
    const table = this.cpb_mlp(this.relative_coords_table).view(-1, this.num_heads);
    return positionBias(table, this.relative_position_index, this.window_size).sigmoid().mul(16);
  }

  protected override scale(): Tensor {
    return this.logit_scale;
  }
}

/** The four neighbours of each even place side by side: [..., H, W, C] to [..., H/2, W/2, 4 C], padded to even sizes. */
export function mergePatches(x: Tensor): Tensor {
  const [h, w] = x.shape.slice(-3) as [number, number];
  const padded = F.pad(x, [0, 0, 0, w % 2, 0, h % 2]);
  const part = (down: number, across: number): Tensor => padded.at("...", `${down}::2`, `${across}::2`, ":");
  return cat([part(0, 0), part(1, 0), part(0, 1), part(1, 1)], -1);
}
