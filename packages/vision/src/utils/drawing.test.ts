import { tensor, uint8, zeros } from "@tt/core";
import { expect, it } from "vitest";
import { draw_bounding_boxes } from "./index.ts";

it("writes labels in Pillow's letters", () => {
  const image = draw_bounding_boxes(zeros([3, 16, 30], { dtype: uint8 }), tensor([[0, 0, 29, 15]]), ["Aé"], "red");
  const rows = (image.at(0).tolist() as number[][]).map((row) =>
    row.map((value) => (value === 255 ? "#" : ".")).join(""),
  );
  // torchvision 0.14, Pillow 9
  expect(rows).toEqual([
    "##############################",
    "#............................#",
    "#............................#",
    "#.........#..................#",
    "#........#...................#",
    "#.####.......................#",
    "#..###...###.................#",
    "#..#.#..##.##................#",
    "#.#####.#####................#",
    "#.##.##.##...................#",
    "#.##.###.####................#",
    "#............................#",
    "#............................#",
    "#............................#",
    "#............................#",
    "##############################",
  ]);
  expect(image.at("1:").sum().item()).toBe(0);
  expect(() => draw_bounding_boxes(image, tensor([[0, 0, 1, 1]]), ["a", "b"])).toThrow(
    "Number of boxes (1) and labels (2) mismatch. Please specify labels for each box.",
  );
});
