import { empty, manual_seed } from "@tt/core";
import { expect, it } from "vitest";
import { normal_ } from "./index.ts";

it("takes named values in place of leading ones", () => {
  manual_seed(0);
  const drawn = normal_(empty(2000), { std: 0.5 });
  expect(drawn.std().item()).toBeCloseTo(0.5, 1);
});
