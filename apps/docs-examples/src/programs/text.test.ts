import { expect, it } from "vitest";
import { decode, encode, TEXT } from "./text.ts";

it("makes the recorded text", () => {
  expect(TEXT).toHaveLength(4337);
  expect(Array.from(TEXT, (char) => char.codePointAt(0)!).reduce((sum, code) => sum + code)).toBe(394556);
  expect(encode(TEXT).reduce((sum, code) => sum + code)).toBe(52316);
});

it("decodes what it encodes", () => {
  expect(decode(encode("the tape!"))).toBe("the tape!");
});
