import { expect, it } from "vitest";
import { BytesIO } from "./bytes-io.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

it("behaves as Python's io.BytesIO", () => {
  const file = new BytesIO();
  expect(file.write(bytes(1, 2, 3))).toBe(3);
  expect([file.tell(), ...file.read()]).toEqual([3]);
  expect(file.seek(1)).toBe(1);
  expect([...file.read(1)]).toEqual([2]);
  file.write(bytes(9, 8));
  expect([...file.getvalue()]).toEqual([1, 2, 9, 8]);
  expect(file.seek(-1, 2)).toBe(3);
  expect([...file.getbuffer()]).toEqual([8]);
  expect(file.seek(1, 1)).toBe(4);
  expect(() => file.seek(-1)).toThrow("negative seek value -1");
});

it("fills the gap when writing beyond the end", () => {
  const file = new BytesIO(bytes(7));
  file.seek(3);
  file.write(bytes(1));
  expect([...file.getvalue()]).toEqual([7, 0, 0, 1]);
});

it("does not share memory with what it was made from", () => {
  const initial = bytes(1, 2);
  const file = new BytesIO(initial);
  file.write(bytes(5));
  expect([...initial]).toEqual([1, 2]);
});
