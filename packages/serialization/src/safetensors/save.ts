import { RuntimeError, type Tensor, ValueError } from "@tt/core";
import { openSink, openSyncSink, type SaveTarget } from "../io/sink.ts";
import { tensorBytes, tensorBytesAsync, nbytesOf } from "../io/tensor-bytes.ts";
import { writeAll, writeAllSync, type WriteOptions } from "../io/write.ts";
import { type Described, formatHeader } from "./header.ts";

export interface SaveFileOptions extends WriteOptions {
  /** Texts stored with the tensors. */
  metadata?: Readonly<Record<string, string>> | null;
}

type Tensors = Readonly<Record<string, Tensor>>;

interface Item extends Described {
  readonly tensor: Tensor;
}

function layOut(
  tensors: Tensors,
  metadata: SaveFileOptions["metadata"],
): { header: Uint8Array; sorted: Item[]; size: number } {
  const items = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    tensor,
    dtype: tensor.dtype,
    shape: tensor.shape,
    nbytes: nbytesOf(tensor.shape, tensor.dtype),
  }));
  checkSharing(items);
  for (const { name, tensor } of items) {
    if (!tensor.is_contiguous()) {
      throw new ValueError(
        `You are trying to save a non contiguous tensor: \`${name}\` which is not allowed. It either means you are trying to save tensors which are reference of each other in which case it's recommended to save only the full tensors, and reslice at load time, or simply call \`.contiguous()\` on your tensor to pack it before saving.`,
      );
    }
  }
  const { header, sorted } = formatHeader(items, metadata ?? null);
  return { header, sorted, size: sorted.reduce((sum, { nbytes }) => sum + nbytes, header.length) };
}

function checkSharing(items: readonly Item[]): void {
  const groups = new Map<object, string[]>();
  for (const { name, tensor, nbytes } of items) {
    if (nbytes === 0) continue;
    const names = groups.get(tensor.storage) ?? [];
    names.push(name);
    groups.set(tensor.storage, names);
  }
  const shared = [...groups.values()].filter((names) => names.length > 1);
  if (shared.length > 0) {
    const list = shared.map((names) => `{${names.map((name) => `'${name}'`).join(", ")}}`).join(", ");
    throw new RuntimeError(
      `Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: [${list}]. Leave out all but one of each, or clone() them.`,
    );
  }
}

/**
 * The bytes of a safetensors file: `safetensors.torch.save`.
 *
 * @throws RuntimeError when tensors share memory
 * @throws ValueError when a tensor is not contiguous
 * @example
 * const bytes = safetensors.save({ weight: zeros(2, 3) }, { epoch: "3" });
 */
export function save(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> | null = null,
): Uint8Array<ArrayBuffer> {
  const { header, sorted, size } = layOut(tensors, metadata);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of [header, ...sorted.map(({ tensor }) => tensorBytes(tensor))]) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Writes a safetensors file; paths are written atomically. Throws as {@link save} does. */
export async function save_file(tensors: Tensors, target: SaveTarget, options: SaveFileOptions = {}): Promise<void> {
  const { header, sorted, size } = layOut(tensors, options.metadata);
  const chunks: Uint8Array[] = [header];
  for (const { tensor } of sorted) chunks.push(await tensorBytesAsync(tensor));
  await writeAll(await openSink(target), chunks, size, options);
}

/** {@link save_file} without waiting, to a path or a BytesIO. */
export function saveFileSync(tensors: Tensors, target: SaveTarget, options: SaveFileOptions = {}): void {
  const { header, sorted, size } = layOut(tensors, options.metadata);
  writeAllSync(openSyncSink(target), [header, ...sorted.map(({ tensor }) => tensorBytes(tensor))], size, options);
}
