import { rand, uint8 } from "@tt/core";
import { expect, it } from "vitest";
import { decode_image, decode_png, encode_jpeg, encode_png } from "./index.ts";

it("keeps every byte through PNG", () => {
  const image = rand(3, 5, 7).mul(255).to(uint8);
  expect(decode_png(encode_png(image)).tolist()).toEqual(image.tolist());
});

it("comes close through JPEG", async () => {
  const image = rand(3, 1, 1).expand(3, 16, 16).mul(255).to(uint8);
  const back = await decode_image(await encode_jpeg(image, 95));
  expect(back.shape).toEqual([3, 16, 16]);
  expect(back.double().sub(image.double()).abs().max().item()).toBeLessThan(8);
});

it("says what it cannot read", async () => {
  await expect(decode_image(Uint8Array.of(1, 2, 3))).rejects.toThrow("Only jpeg and png are currently supported");
});
