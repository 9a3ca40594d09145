import { arange, float32, manual_seed, rand, tensor, uint8, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
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

it("AugMix draws and mixes as torchvision does", () => {
  const image = arange(3 * 16 * 20)
    .mul(7)
    .remainder(256)
    .to(uint8)
    .view(3, 16, 20);
  manual_seed(0);
  const mixed = new transforms.AugMix({ severity: 5 })(image);
  expect(mixed.at(":", "::8", "::7").tolist()).toEqual([
    [
      [0, 47, 93],
      [96, 139, 185],
    ],
    [
      [186, 225, 33],
      [33, 83, 132],
    ],
    [
      [124, 170, 213],
      [219, 20, 71],
    ],
  ]);
  expect(String(new transforms.AugMix())).toBe(
    "AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1.0, all_ops=True, interpolation=InterpolationMode.BILINEAR, fill=None)",
  );
  expect(() => new transforms.AugMix({ severity: 11 })).toThrow(
    "The severity must be between [1, 10]. Got 11 instead.",
  );
});

describe("v2", () => {
  const { v2 } = transforms;

  it("has the older names and its own", () => {
    const both = new v2.Compose([
      new v2.ToImage(),
      new v2.ToDtype(float32, { scale: true }),
      new v2.Normalize([0], [1]),
    ]);
    expect(both(picture).equal(new transforms.ToTensor()(picture))).toBe(true);
    expect(new v2.ToDtype(float32)(tensor([200]).to(uint8)).tolist()).toEqual([200]);
    expect(String(new v2.ToDtype(float32, { scale: true }))).toBe("ToDtype(scale=True)");
    expect(v2.functional.horizontal_flip(tensor([[[1, 2]]])).tolist()).toEqual([[[2, 1]]]);
    expect(
      new v2.RGB()(tensor([[[7]]]))
        .flatten()
        .tolist(),
    ).toEqual([7, 7, 7]);
  });

  it("zooms out by padding", () => {
    const image = rand(3, 10, 12);
    manual_seed(4);
    const zoomed = new v2.RandomZoomOut({ p: 1, fill: 9 })(image);
    const [height, width] = zoomed.shape.slice(1) as [number, number];
    expect(height).toBeGreaterThanOrEqual(10);
    expect(width / height).toBeCloseTo(1.2, 0);
    expect(zoomed.ne(9).sum().item()).toBe(360);
    expect(zoomed.masked_select(zoomed.ne(9)).sum().item()).toBeCloseTo(image.sum().item(), 3);
    expect(String(new v2.RandomZoomOut())).toBe("RandomZoomOut(p=0.5, fill=0, side_range=(1.0, 4.0))");
    expect(new v2.RandomZoomOut({ p: 0 })(image)).toBe(image);
  });

  it("adds noise, permutes channels and draws sizes", () => {
    const image = rand(3, 10, 12);
    const noisy = new v2.GaussianNoise({ sigma: 10 })(image);
    expect([noisy.min().item(), noisy.max().item()]).toEqual([0, 1]);
    expect(() => new v2.GaussianNoise()(image.to(uint8))).toThrow("Input tensor is expected to be in float dtype");
    const sums = (t: typeof image): number[] => (t.sum([1, 2]).tolist() as number[]).toSorted((a, b) => a - b);
    expect(sums(new v2.RandomChannelPermutation()(image))).toEqual(sums(image));
    const [, height] = new v2.RandomResize(4, 7)(image).shape;
    expect([4, 5, 6]).toContain(height);
  });
});

it("equalizes and turns pixels as Pillow and torchvision do", () => {
  const { functional: F } = transforms;
  // More than 255 after the last step is cut off: ImageOps.equalize of Pillow 9.
  const grey = new Image(
    Uint8Array.from({ length: 600 }, (_, i) => (i * i) % 251),
    30,
    20,
    "L",
  );
  expect(Array.from(F.equalize(grey).data.subarray(240, 252))).toEqual([
    163, 130, 104, 79, 65, 50, 38, 24, 14, 7, 2, 0,
  ]);
  expect(() => F.invert(new Image(new Uint8Array(4), 1, 1, "RGBA"))).toThrow("not supported for this image mode");
  // Places in the middle between two pixels, where the last bit decides.
  const image = arange(21 * 26)
    .float()
    .view(1, 21, 26);
  const turned = F.rotate(image, 90);
  expect(turned.at(0, "::5", "::6").tolist()).toEqual([
    [0.0, 100.0, 282.0, 438.0, 0.0],
    [0.0, 96.0, 278.0, 434.0, 0.0],
    [0.0, 90.0, 272.0, 428.0, 0.0],
    [0.0, 85.0, 267.0, 423.0, 0.0],
    [0.0, 80.0, 262.0, 418.0, 0.0],
  ]);
});
