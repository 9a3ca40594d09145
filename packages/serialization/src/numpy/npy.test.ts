import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bfloat16, float32, float64, type Tensor } from "@tt/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counting, everyDtype, rawBytes } from "../../test/tensors.ts";
import { BytesIO } from "../io/bytes-io.ts";
import { load, loadSync, save, savez, savez_compressed } from "./index.ts";

/** `numpy.save` of numpy 2.4.6, in base64. */
const FORTRAN =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAABAQAAAgD8AAIBAAAAAQAAAoEA=";
const BIG_ENDIAN =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/+AAAAAAAAMAAAAAAAAAA";
const C_ORDER =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBAAACAQAAAoEA=";
const OBJECTS =
  "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAphAAAAYgAAAA==";
/** `numpy.savez_compressed(x=zeros(1000), y=arange(3))` */
const COMPRESSED =
  "UEsDBC0AAAAIAAAAIQBCVxJf//////////8FABQAeC5ucHkBABAAwB8AAAAAAABqAAAAAAAAAO3IIQ7CMBhA4WI5Rd0PSUXnCEHPbcEgppaGtkEsK2kJZuEUu/DKFabf595b+0d3Hw7qqxbxoTyzXLXc4kWMlpjyJ7t5TNmH/2/dVEL95eXeofapsdaas9E/vddRAQAAAAAAAAAAAAAAtQFQSwMELQAAAAgAAAAhAPdAEur//////////wUAFAB5Lm5weQEAEACYAAAAAAAAAEwAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALgYoYITSTFAaAFBLAQItAy0AAAAIAAAAIQBCVxJfagAAAMAfAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAIAAAAIQD3QBLqTAAAAJgAAAAFAAAAAAAAAAAAAACAAaEAAAB5Lm5weVBLBQYAAAAAAgACAGYAAAAkAQAAAAA=";

const decode = (text: string): Uint8Array => Buffer.from(text, "base64");

function saved(write: (buffer: BytesIO) => void): Uint8Array {
  const buffer = new BytesIO();
  write(buffer);
  return buffer.getvalue();
}

const { bfloat16: _, ...all } = everyDtype([2, 3]);

describe("npy", () => {
  it("round-trips every dtype bit for bit", () => {
    for (const tensor of Object.values(all)) {
      const again = loadSync(saved((buffer) => save(buffer, tensor))) as Tensor;
      expect([again.dtype, again.shape]).toEqual([tensor.dtype, tensor.shape]);
      expect(rawBytes(again)).toEqual(rawBytes(tensor));
    }
  });

  it("writes NumPy's bytes", () => {
    const tensor = loadSync(decode(C_ORDER)) as Tensor;
    expect(tensor.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(Buffer.from(saved((buffer) => save(buffer, tensor))).toString("base64")).toBe(C_ORDER);
  });

  it("keeps Fortran order as strides, and swaps big-endian bytes", () => {
    const fortran = loadSync(decode(FORTRAN)) as Tensor;
    expect([fortran.tolist(), fortran.strides]).toEqual([
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [1, 2],
    ]);
    expect((loadSync(decode(BIG_ENDIAN)) as Tensor).tolist()).toEqual([1.5, -2]);
  });

  it("keeps scalars and empty arrays, and packs strided tensors", () => {
    for (const shape of [[], [0, 3], [1]])
      expect((loadSync(saved((buffer) => save(buffer, counting(float64, shape)))) as Tensor).shape).toEqual(shape);
    const strided = counting(float32, [2, 3]).t();
    expect((loadSync(saved((buffer) => save(buffer, strided))) as Tensor).tolist()).toEqual(strided.tolist());
  });

  it("refuses what it cannot hold", () => {
    expect(() => loadSync(decode(OBJECTS))).toThrow("can't convert np.ndarray of type");
    expect(() => save(new BytesIO(), counting(bfloat16, [1]))).toThrow("unsupported ScalarType torch.bfloat16");
    expect(() => loadSync(new Uint8Array(0))).toThrow("No data left in file");
    expect(() => loadSync(Buffer.from("hello, world"))).toThrow("no .npy file");
  });
});

describe("npz", () => {
  it("reads NumPy's compressed archives", async () => {
    const { x, y } = (await load(new Blob([decode(COMPRESSED) as Uint8Array<ArrayBuffer>]))) as Record<string, Tensor>;
    expect([x!.shape, x!.dtype, y!.tolist()]).toEqual([[1000], float64, [0, 1, 2]]);
  });

  it.each([
    ["stored", savez],
    ["compressed", savez_compressed],
  ] as const)("round-trips, %s", (_name, write) => {
    const folder = mkdtempSync(join(tmpdir(), "tt-npz-"));
    try {
      write(join(folder, "x.npz"), all);
      const again = loadSync(join(folder, "x.npz")) as Record<string, Tensor>;
      expect(Object.keys(again)).toEqual(Object.keys(all));
      for (const [name, tensor] of Object.entries(all)) expect(rawBytes(again[name]!)).toEqual(rawBytes(tensor));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it("survives random damage", () => {
  const originals = [decode(C_ORDER), decode(COMPRESSED)];
  const damage = fc.tuple(fc.constantFrom(...originals), fc.nat(), fc.nat(255), fc.option(fc.nat()));
  fc.assert(
    fc.property(damage, ([original, at, value, cut]) => {
      const bytes = Uint8Array.from(original).slice(0, cut === null ? undefined : cut % original.length);
      if (bytes.length > 0) bytes[at % bytes.length] = value;
      try {
        loadSync(bytes);
      } catch (error) {
        expect((error as Error).message).not.toMatch(/undefined|is not a function|Invalid typed array/);
      }
    }),
    { numRuns: 2000 },
  );
});
