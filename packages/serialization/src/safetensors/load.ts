import type { Tensor } from "@tt/core";
import { type DeviceLike, IndexError } from "@tt/core";
import { placeTensor } from "../checkpoint/place.ts";
import { Counter, type ProgressOptions } from "../io/counter.ts";
import { type LoadSource, openSource, openSourceSync, type SyncLoadSource } from "../io/open.ts";
import { readAsync, type Reading, readSync, request } from "../io/range.ts";
import type { ByteSource } from "../io/source.ts";
import { dtypeOf, type Header, readHeader, type TensorInfo } from "./header.ts";

export interface LoadFileOptions extends ProgressOptions {
  /** Where the tensors go; the cpu by default. */
  device?: DeviceLike;
}

function* readTensor(info: TensorInfo, device: DeviceLike | undefined): Reading<Tensor> {
  const dtype = dtypeOf(info);
  return placeTensor(yield* request(info.start, info.nbytes, true), dtype, info.shape, null, device);
}

function* readFile(fileSize: number, device: DeviceLike | undefined): Reading<Record<string, Tensor>> {
  const { tensors } = yield* readHeader(fileSize);
  const result: [string, Tensor][] = [];
  for (const [name, info] of tensors) result.push([name, yield* readTensor(info, device)]);
  return Object.fromEntries(result);
}

/**
 * Loads all tensors of a safetensors file.
 *
 * @throws ValueError for damaged files
 * @throws TypeError for tensors of types that tt lacks, such as F8_E4M3
 * @example
 * const bytes = safetensors.save({ weight: zeros(2, 3) });
 * const tensors = await safetensors.load_file(bytes);
 */
export async function load_file(source: LoadSource, options: LoadFileOptions = {}): Promise<Record<string, Tensor>> {
  const counter = new Counter(options);
  const bytes = await openSource(source, counter);
  try {
    counter.total = bytes.size;
    return await readAsync(readFile(bytes.size, options.device), bytes, counter);
  } finally {
    await bytes.close();
  }
}

/** {@link load_file} without waiting, for a path or bytes. */
export function loadFileSync(source: SyncLoadSource, options: LoadFileOptions = {}): Record<string, Tensor> {
  const counter = new Counter(options);
  const bytes = openSourceSync(source);
  try {
    counter.total = bytes.size;
    return readSync(readFile(bytes.size, options.device), bytes, counter);
  } finally {
    void bytes.close();
  }
}

/** Loads all tensors from the bytes of a file: `safetensors.torch.load`. */
export function load(data: Uint8Array | ArrayBuffer): Record<string, Tensor> {
  return loadFileSync(data);
}

/** A safetensors file from which tensors are read one at a time; see {@link safe_open}. */
export class SafeTensorsFile {
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

  /** The texts stored with the tensors, or null. */
  metadata(): Readonly<Record<string, string>> | null {
    return this.#header.metadata;
  }

  /** Type (such as `F32`) and shape of a tensor, without reading it. */
  info(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    const { type, shape } = this.#find(name);
    return { dtype: type, shape };
  }

  /** Reads one tensor. */
  get_tensor(name: string, options: { signal?: AbortSignal } = {}): Promise<Tensor> {
    return readAsync(readTensor(this.#find(name), this.#device), this.#source, options);
  }

  /**
   * Reads rows `start` to `end` (exclusive) of a tensor's first dimension, and nothing else.
   * @throws IndexError for scalars and rows that are not there
   */
  get_slice(name: string, start: number, end: number, options: { signal?: AbortSignal } = {}): Promise<Tensor> {
    const info = this.#find(name);
    const rows = info.shape[0];
    if (
      rows === undefined ||
      !(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= rows)
    ) {
      throw new IndexError(
        `rows ${start} to ${end} are out of range for tensor ${JSON.stringify(name)} of shape [${info.shape.join(", ")}]`,
      );
    }
    const rowBytes = rows === 0 ? 0 : info.nbytes / rows;
    const part: TensorInfo = {
      ...info,
      shape: [end - start, ...info.shape.slice(1)],
      start: info.start + start * rowBytes,
      nbytes: (end - start) * rowBytes,
    };
    return readAsync(readTensor(part, this.#device), this.#source, options);
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
 * Opens a safetensors file for reading single tensors. From a URL only the parts that are asked for
 * are fetched, if the server does ranges.
 *
 * @example
 * const file = await safe_open("https://example.org/model.safetensors");
 * const weight = await file.get_tensor("wte.weight");
 * await file.close();
 */
export async function safe_open(source: LoadSource, options: LoadFileOptions = {}): Promise<SafeTensorsFile> {
  const bytes = await openSource(source, { signal: options.signal, ranged: true });
  try {
    return new SafeTensorsFile(bytes, await readAsync(readHeader(bytes.size), bytes, options), options.device);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}
