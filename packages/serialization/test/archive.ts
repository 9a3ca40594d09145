import { writeZip } from "../src/zip/write.ts";

/** A PyTorch archive around a pickle, whose text is latin1, and other records. */
export function archiveOf(pickle: string, records: Readonly<Record<string, Uint8Array | string>> = {}): Uint8Array {
  const all = Object.entries({ "data.pkl": Buffer.from(pickle, "latin1"), ...records, version: "3\n" });
  return Buffer.concat([
    ...writeZip(
      all.map(([name, data]) => ({
        name: `archive/${name}`,
        data: typeof data === "string" ? Buffer.from(data) : data,
      })),
    ),
  ]);
}

/** Opcodes: a text, a storage, the arguments of a tensor. */
export const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
export const storage = (type: string, key: string, numel: number, module = "torch"): string =>
  `(${text("storage")}c${module}\n${type}\n${text(key)}${text("cpu")}K${String.fromCharCode(numel)}tQ`;
export const ints = (...values: number[]): string => `(${values.map((n) => `K${String.fromCharCode(n)}`).join("")}t`;
/** `offset, size, stride, requires_grad, hooks` of one dimension. */
export const vector = (length: number, requires_grad = false): string =>
  `K\0${ints(length)}${ints(1)}${requires_grad ? "\x88" : "\x89"}ccollections\nOrderedDict\n)R`;
