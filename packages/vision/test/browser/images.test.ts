import { rand, uint8 } from "@tt/core";
import { io, transforms, utils } from "@tt/vision";
import { imshow, plot } from "@tt/vision/plot";
import { describe, expect, it } from "vitest";

describe("images, by what the browser has", () => {
  it("reads and writes PNG", async () => {
    const image = rand(3, 9, 7).mul(255).to(uint8);
    expect((await io.decode_image(io.encode_png(image))).tolist()).toEqual(image.tolist());
    // The browser's own decoder agrees.
    const bytes = io.encode_png(image).numpy() as Uint8Array<ArrayBuffer>;
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const drawing = new OffscreenCanvas(7, 9).getContext("2d")!;
    drawing.drawImage(bitmap, 0, 0);
    const { data } = drawing.getImageData(0, 0, 7, 9);
    const red = Array.from({ length: 63 }, (_, i) => data[4 * i]);
    expect(image.at(0).flatten().tolist()).toEqual(red);
  });

  it("reads and writes JPEG", async () => {
    const image = rand(3, 1, 1).expand(3, 16, 24).mul(255).to(uint8);
    const file = await io.encode_jpeg(image, 95);
    expect(file.at("0:2").tolist()).toEqual([0xff, 0xd8]);
    const back = await io.decode_jpeg(file);
    expect(back.shape).toEqual([3, 16, 24]);
    expect(back.double().sub(image.double()).abs().max().item()).toBeLessThan(8);
    expect((await io.decode_image(file, "GRAY")).shape).toEqual([1, 16, 24]);
    expect(new transforms.Resize([8, 8])(back).shape).toEqual([3, 8, 8]);
  });
});

describe("figures", () => {
  it("are drawn on canvases", async () => {
    const canvas = document.createElement("canvas");
    const figure = plot({ train: [3, 2, 1] }, { width: 300, height: 200, legend: false });
    await figure.draw(canvas, { scale: 2 });
    expect([canvas.width, canvas.height]).toEqual([600, 400]);
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, 600, 400);
    let blue = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 2]! - data[i]! > 100) blue++;
    expect(blue).toBeGreaterThan(500);
  });

  it("show images as they are, also as PNG", async () => {
    const image = utils.make_grid(rand(4, 3, 8, 8).mul(255).to(uint8), { nrow: 2 });
    const figure = imshow(image, { size: 1 });
    const shown = io.decode_png(await figure.png({ scale: 1 }), "RGB");
    const [, height, width] = image.shape as [number, number, number];
    expect(shown.narrow(1, 8, height).narrow(2, 8, width).tolist()).toEqual(image.tolist());
    await expect(figure.save("image.svg")).rejects.toThrow("saving figures needs Node");
  });
});
