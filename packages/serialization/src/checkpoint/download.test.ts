import { afterEach, expect, it, vi } from "vitest";
import { download, load } from "../index.ts";

afterEach(() => vi.unstubAllGlobals());

it("clicks a link to the saved object", async () => {
  const link = { href: "", download: "", click: vi.fn<() => void>() };
  vi.stubGlobal("document", { createElement: () => link });
  await download({ step: 1 }, "model.pth");
  expect(link.download).toBe("model.pth");
  expect(link.click).toHaveBeenCalledOnce();
  expect(await load(link.href)).toEqual({ step: 1 });
});
