import { cat, stack, Tensor, uint8 } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { type Arguments, bind } from "../arguments.ts";
import { write_jpeg, write_png } from "../io/image.ts";

export interface GridArgs {
  /** Images of a row. */
  nrow?: number;
  padding?: number;
  /** Shifts and scales values to [0, 1]. */
  normalize?: boolean;
  /** What becomes 0 and 1; the least and largest values if null. */
  value_range?: readonly [number, number] | null;
  /** Normalises each image by itself. */
  scale_each?: boolean;
  pad_value?: number;
}
const GRID = ["nrow", "padding", "normalize", "value_range", "scale_each", "pad_value"] as const;
const DEFAULTS = { nrow: 8, padding: 2, normalize: false, value_range: null, scale_each: false, pad_value: 0 } as const;

function normalized(t: Tensor, range: readonly [number, number] | null): Tensor {
  const [low, high] = range ?? [t.min().item(), t.max().item()];
  return t
    .clamp(low, high)
    .sub(low)
    .div(Math.max(high - low, 1e-5));
}

/**
 * Images side by side.
 * @param images - [N, C, H, W], or a list of [C, H, W]
 * @returns [C, height, width]; one channel becomes three
 * @example
 * ```ts
 * import { rand } from "@tt/core";
 * import { utils } from "@tt/vision";
 * utils.make_grid(rand(6, 3, 10, 10), { nrow: 3 }).shape; // [3, 26, 38]
 * ```
 */
export function make_grid(images: Tensor | readonly Tensor[], ...args: Arguments<GridArgs, typeof GRID>): Tensor {
  const o = bind<GridArgs>("make_grid()", GRID, DEFAULTS, args);
  const list = Array.isArray(images) ? (images as readonly Tensor[]) : null;
  if (list === null && !(images instanceof Tensor)) {
    throw new TypeError(`tensor or list of tensors expected, got ${pythonTypeName(images)}`);
  }
  let batch = list === null ? (images as Tensor) : stack([...list], 0);
  if (batch.ndim === 2) batch = batch.unsqueeze(0);
  if (batch.ndim === 3) batch = (batch.shape[0] === 1 ? cat([batch, batch, batch], 0) : batch).unsqueeze(0);
  if (batch.ndim === 4 && batch.shape[1] === 1) batch = cat([batch, batch, batch], 1);
  if (o.normalize) {
    batch = o.scale_each
      ? stack([...batch.unbind(0)].map((one) => normalized(one, o.value_range)))
      : normalized(batch, o.value_range);
  }
  const [count, channels, h, w] = batch.shape as [number, number, number, number];
  if (count === 1) return batch.squeeze(0);
  const columns = Math.min(o.nrow, count);
  const rows = Math.ceil(count / columns);
  const [height, width] = [h + o.padding, w + o.padding];
  const grid = batch.new_full([channels, height * rows + o.padding, width * columns + o.padding], o.pad_value);
  for (let k = 0; k < count; k++) {
    const [top, left] = [Math.floor(k / columns) * height, (k % columns) * width];
    grid
      .narrow(1, top + o.padding, h)
      .narrow(2, left + o.padding, w)
      .copy_(batch.select(0, k));
  }
  return grid;
}

/**
 * Writes images, as {@link make_grid} lays them out, to a file; values are of [0, 1].
 * @param path - ends in .png, .jpg or .jpeg
 */
export async function save_image(
  images: Tensor | readonly Tensor[],
  path: string,
  options: GridArgs & { format?: "png" | "jpeg" | null } = {},
): Promise<void> {
  const { format = null, ...layout } = options;
  const grid = make_grid(images, layout).detach();
  const bytes = grid.mul(255).add(0.5).clamp(0, 255).to(uint8);
  const kind = format ?? (/\.jpe?g$/i.test(path) ? "jpeg" : "png");
  await (kind === "jpeg" ? write_jpeg(bytes, path) : write_png(bytes, path));
}
