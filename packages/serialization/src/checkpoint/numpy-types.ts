/** NumPy's element types as pickles name them, and how their elements become JavaScript's. */
import { Complex, type DType, int32, int64, readElement } from "@tt/core";
import { UnpicklingError } from "../pickle/errors.ts";
import { type Buildable, PyFloat } from "../pickle/values.ts";
import { parseDescr, swapBytes } from "../numpy/descr.ts";

/** Unsigned integers that no tensor has become those that hold their values. */
const WIDENED: Readonly<Record<string, DType>> = { u2: int32, u4: int64, u8: int64 };

function dtypeOf(descr: string): DType | undefined {
  try {
    return parseDescr(descr).dtype;
  } catch {
    return undefined;
  }
}

/** `numpy.dtype("f4")`, whose state then tells the byte order. */
export class NumpyDType implements Buildable {
  /** One letter: `f`, `i`, `u`, `U` for text, `O` for objects. */
  readonly kind: string;
  /** Bytes of an element. */
  readonly itemsize: number;
  /** Such as `f4`. */
  readonly name: string;
  readonly #dtype: DType | undefined;
  bigEndian: boolean;

  /** @throws UnpicklingError for dates, records and other types without a counterpart */
  constructor(descr: string) {
    const [, order, kind, size = ""] = /^([<>|=]?)([a-zA-Z?])(\d{0,9})$/.exec(descr) ?? [];
    const name = `${kind ?? ""}${size}`;
    const dtype = WIDENED[name] ?? dtypeOf(name);
    if (kind === undefined || (dtype === undefined && !"USO".includes(kind)))
      throw new UnpicklingError(`numpy values of type ${JSON.stringify(descr.slice(0, 40))} are not supported`);
    this.kind = kind;
    this.name = name;
    this.itemsize = Number(size || 1) * (kind === "U" ? 4 : 1);
    this.bigEndian = order === ">";
    this.#dtype = dtype;
  }

  /** The type that tensors of such elements have. */
  get dtype(): DType {
    if (this.#dtype === undefined) throw new UnpicklingError(`there is no tensor of numpy's ${this.name}`);
    return this.#dtype;
  }

  setstate(state: unknown): void {
    if (!Array.isArray(state)) throw new UnpicklingError("a numpy dtype is damaged");
    this.bigEndian = state[1] === ">";
  }

  /** Elements as a tensor's memory. */
  toMemory(data: Uint8Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(data);
    const { dtype } = this;
    if (this.kind === "u" && this.itemsize > 1) return this.#widen(bytes);
    if (this.bigEndian) swapBytes(bytes, dtype);
    return bytes;
  }

  #widen(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const view = new DataView(bytes.buffer);
    const count = bytes.length / this.itemsize;
    const little = !this.bigEndian;
    if (this.itemsize === 2)
      return new Uint8Array(Int32Array.from({ length: count }, (_, i) => view.getUint16(2 * i, little)).buffer);
    const read = (i: number): bigint =>
      this.itemsize === 4 ? BigInt(view.getUint32(4 * i, little)) : view.getBigUint64(8 * i, little);
    const wide = BigInt64Array.from({ length: count }, (_, i) => {
      const value = read(i);
      if (value >= 2n ** 63n) throw new UnpicklingError(`a numpy array holds ${value}, which no tensor can`);
      return value;
    });
    return new Uint8Array(wide.buffer);
  }

  get isNumber(): boolean {
    return this.#dtype !== undefined;
  }

  /** Whether elements become texts and bytes instead of a tensor's numbers. */
  get isText(): boolean {
    return this.kind === "U" || this.kind === "S";
  }

  /** One element, in the unpickler's terms. */
  toValue(data: Uint8Array): unknown {
    if (this.kind === "U") return this.#text(data);
    if (this.kind === "S") return data.slice(0, data.findLastIndex((byte) => byte !== 0) + 1);
    if (this.kind === "u" && this.itemsize === 8) {
      const value = new DataView(data.buffer, data.byteOffset).getBigUint64(0, !this.bigEndian);
      return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    }
    const { dtype } = this;
    const value = readElement(new dtype.ArrayType(this.toMemory(data).buffer), dtype, 0);
    if (value instanceof Complex || typeof value === "boolean") return value;
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    return dtype.is_floating_point && Number.isInteger(value) ? new PyFloat(value) : value;
  }

  /** UTF-32, filled up with zeros. */
  #text(data: Uint8Array): string {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const points = Array.from({ length: data.length >> 2 }, (_, i) => view.getUint32(4 * i, !this.bigEndian));
    if (points.some((point) => point > 0x10ffff)) throw new UnpicklingError("a numpy text is not Unicode");
    return points
      .slice(0, points.findLastIndex((point) => point !== 0) + 1)
      .map((point) => String.fromCodePoint(point))
      .join("");
  }
}
