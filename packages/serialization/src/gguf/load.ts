import { type DeviceLike, float32, IndexError, type Tensor } from "@tt/core";
import { placeTensor } from "../checkpoint/place.ts";
import type { ProgressOptions } from "../io/counter.ts";
import { Counter } from "../io/counter.ts";
import { type LoadSource, openSource } from "../io/open.ts";
import { readAsync, type Reading, request } from "../io/range.ts";
import type { ByteSource } from "../io/source.ts";
import { type GGUFValue, type Header, readHeader, type TensorInfo } from "./header.ts";
import { type BlockName, DEQUANTIZE } from "./quants.ts";
import { blockOf, plainDType } from "./types.ts";

export interface GGUFOptions extends ProgressOptions {
  /** Where the tensors go; the cpu by default. */
  device?: DeviceLike;
}

function* readTensor(info: TensorInfo, device: DeviceLike | undefined): Reading<Tensor> {
  const dtype = plainDType(info.type);
  const bytes = yield* request(info.start, info.nbytes, dtype !== undefined);
  if (dtype) return placeTensor(bytes, dtype, info.shape, null, device);
  const type = info.type as BlockName;
  const [elements, size] = blockOf(type);
  const count = bytes.length / size;
  const values = new Float32Array(count * elements);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dequantize = DEQUANTIZE[type];
  for (let i = 0; i < count; i++) dequantize(view, i * size, values, i * elements);
  return placeTensor(new Uint8Array(values.buffer), float32, info.shape, null, device);
}

/** A GGUF file, from which tensors are read one at a time; see {@link open}. */
export class GGUFFile {
  readonly #source: ByteSource;
  readonly #header: Header;
  readonly #device: DeviceLike | undefined;

  /** @internal */
  constructor(source: ByteSource, header: Header, device: DeviceLike | undefined) {
    this.#source = source;
    this.#header = header;
    this.#device = device;
  }

  /** Names of the tensors. */
  keys(): string[] {
    return [...this.#header.tensors.keys()];
  }

  /** What the file says of the model, such as `general.architecture` and `tokenizer.ggml.tokens`. */
  metadata(): Readonly<Record<string, GGUFValue>> {
    return this.#header.metadata;
  }

  /** Type (such as `Q4_K`) and shape of a tensor, without reading it. */
  info(name: string): { readonly type: string; readonly shape: readonly number[] } {
    const { type, shape } = this.#find(name);
    return { type, shape };
  }

  /** Reads one tensor; quantized ones become float32. */
  get_tensor(name: string, options: { signal?: AbortSignal } = {}): Promise<Tensor> {
    return readAsync(readTensor(this.#find(name), this.#device), this.#source, options);
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  #find(name: string): TensorInfo {
    const info = this.#header.tensors.get(name);
    if (!info) throw new IndexError(`File does not contain tensor ${name}`);
    return info;
  }
}

/**
 * Opens a GGUF file (llama.cpp's format) for reading its metadata and single tensors. From a URL only
 * the parts that are asked for are fetched, if the server does ranges.
 *
 * @throws ValueError for damaged files and types that are not supported
 * @example
 * const file = await gguf.open("model.gguf");
 * const embedding = await file.get_tensor("token_embd.weight");
 * await file.close();
 */
export async function open(source: LoadSource, options: GGUFOptions = {}): Promise<GGUFFile> {
  const bytes = await openSource(source, { signal: options.signal, ranged: true });
  try {
    return new GGUFFile(bytes, await readAsync(readHeader(bytes.size), bytes, options), options.device);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Loads all tensors of a GGUF file; quantized ones become float32. Throws as {@link open} does. */
export async function load_file(source: LoadSource, options: GGUFOptions = {}): Promise<Record<string, Tensor>> {
  const counter = new Counter(options);
  const bytes = await openSource(source, counter);
  try {
    counter.total = bytes.size;
    const { tensors } = await readAsync(readHeader(bytes.size), bytes, counter);
    const result: [string, Tensor][] = [];
    for (const [name, info] of tensors)
      result.push([name, await readAsync(readTensor(info, options.device), bytes, counter)]);
    counter.finish();
    return Object.fromEntries(result);
  } finally {
    await bytes.close();
  }
}
