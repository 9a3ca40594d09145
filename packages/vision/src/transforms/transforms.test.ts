import { tensor, zeros } from "@tt/core";
import { expect, it } from "vitest";
import { Image, transforms } from "../index.ts";

const picture = new Image(
  Uint8Array.from({ length: 12 }, (_, i) => i * 20),
  2,
  2,
  "RGB",
);

it("ToTensor puts channels first and divides by 255", () => {
  const image = new transforms.ToTensor()(picture);
  expect(image.shape).toEqual([3, 2, 2]);
  expect(image.dtype.name).toBe("float32");
  expect(image.at(1).flatten().tolist()).toEqual([20, 80, 140, 200].map((x) => Math.fround(x / 255)));
  expect(() => new transforms.ToTensor()(zeros(3) as never)).toThrow("pic should be PIL Image or ndarray. Got Tensor");
  expect(new transforms.PILToTensor()(picture).at(2).flatten().tolist()).toEqual([40, 100, 160, 220]);
});

it("Normalize takes each channel's mean and deviation", () => {
  const image = tensor([[[1, 2]], [[3, 4]]]);
  const normalize = new transforms.Normalize([1, 2], [2, 0.5]);
  expect(normalize(image).tolist()).toEqual([[[0, 0.5]], [[2, 4]]]);
  expect(image.at(0, 0, 0).item()).toBe(1);
  new transforms.Normalize([1, 2], [2, 0.5], { inplace: true })(image);
  expect(image.at(0, 0, 0).item()).toBe(0);
  expect(() => normalize(zeros(2))).toThrow("Expected tensor to be a tensor image of size (..., C, H, W)");
  expect(() => normalize(tensor([[[1n]]]))).toThrow("Input tensor should be a float tensor. Got torch.int64.");
  expect(() => new transforms.Normalize([0], [0])(zeros(1, 1, 1))).toThrow("leading to division by zero");
});

it("Compose applies in order and prints as torchvision does", () => {
  const both = new transforms.Compose([
    new transforms.ToTensor(),
    new transforms.Lambda((x: ReturnType<typeof zeros>) => x.mul(2)),
  ]);
  expect(both(picture).max().item()).toBeCloseTo((2 * 220) / 255);
  const text = String(
    new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.1307], [0.3081])]),
  );
  expect(text).toBe("Compose(\n    ToTensor()\n    Normalize(mean=(0.1307,), std=(0.3081,))\n)");
  expect(() => new transforms.Lambda(3 as never)).toThrow("Argument lambd should be callable, got int");
});
