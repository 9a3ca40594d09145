import { allclose, rand, tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { forward_ad as fwAD, graph_to_dot } from "../index.ts";

describe("forward_ad", () => {
  it("carries tangents through ops", () => {
    const x = rand(3);
    const t = rand(3);
    fwAD.dual_level(() => {
      const dual = fwAD.make_dual(x, t);
      const { primal, tangent } = fwAD.unpack_dual(dual.sin().mul(dual));
      expect(allclose(primal, x.sin().mul(x))).toBe(true);
      expect(primal.requires_grad).toBe(false);
      expect(allclose(tangent!, x.cos().mul(x).add(x.sin()).mul(t))).toBe(true);
      expect(fwAD.unpack_dual(dual).tangent).toBe(t);
      expect(fwAD.unpack_dual(x).tangent).toBe(null);
      const [, both] = fwAD.unpack_dual(dual.add(fwAD.make_dual(x, x)));
      expect(allclose(both!, t.add(x))).toBe(true);
    });
    expect(fwAD.unpack_dual(x)[1]).toBe(null);
  });

  it("gives tangents that can be differentiated", () => {
    using _ = fwAD.dual_level();
    const x = tensor([2], { requires_grad: true });
    const { tangent } = fwAD.unpack_dual(fwAD.make_dual(x, tensor([1])).pow(3));
    tangent!.sum().backward();
    expect(x.grad!.tolist()).toEqual([12]);
  });

  it("says what is wrong", () => {
    expect(() => fwAD.make_dual(rand(2), rand(2))).toThrow("make sure to enter_dual_level() first.");
    fwAD.dual_level(() => {
      expect(() => fwAD.enter_dual_level()).toThrow("Nested forward mode AD is not supported at the moment");
      expect(() => fwAD.make_dual(rand(2), rand(3))).toThrow("has a different size");
      expect(() => fwAD.make_dual(tensor([1n]), tensor([1n]))).toThrow("Expected primal to be floating point");
    });
  });
});

describe("graph_to_dot", () => {
  it("draws nodes, edges and leaves once", () => {
    const w = rand(2, { requires_grad: true });
    const dot = graph_to_dot(w.mul(w).sum(), { w });
    expect(dot.split("\n")).toEqual([
      "digraph {",
      "  node [shape=box, fontname=monospace];",
      String.raw`  out0 [label="output 0\n[]", shape=ellipse];`,
      '  n0 [label="SumBackward0"];',
      "  n0 -> out0;",
      '  n1 [label="MulBackward0"];',
      "  n1 -> n0;",
      String.raw`  n2 [label="w\n[2]", style=filled];`,
      "  n2 -> n1;",
      "  n2 -> n1;",
      "}",
    ]);
  });
});
