import { describe, expect, it } from "vitest";
import * as tt from "../../index.ts";
import * as special from "../../special.ts";

const { tensor, RuntimeError } = tt;

describe("promotion", () => {
  it("takes integers to the default dtype where the function is real", () => {
    for (const fn of [tt.exp, tt.sqrt, tt.sin, tt.sigmoid, tt.erf, special.entr]) {
      expect(fn(tensor([1n, 2n])).dtype.name).toBe("float32");
    }
    expect(tensor([1n, 2n]).div(2).tolist()).toEqual([0.5, 1]);
    expect(tensor([7n, -7n]).div(2, { rounding_mode: "floor" }).tolist()).toEqual([3n, -4n].map(Number));
  });

  it("keeps 0-d operands and numbers from widening a tensor of the same category", () => {
    const x = tensor([1, 2]);
    expect(x.mul(tensor(2, { dtype: tt.float64 })).dtype.name).toBe("float32");
    expect(x.pow(2).dtype.name).toBe("float32");
    expect(tensor([1n]).pow(0.5).dtype.name).toBe("float32");
    expect(tt.where(tensor([true]), 1, 2).dtype.name).toBe("int64");
  });

  it("counts bool as numbers or refuses it, as PyTorch does", () => {
    const b = tensor([true, false]);
    expect(b.square().dtype.name).toBe("int64");
    expect(b.clamp(0, 1).tolist()).toEqual([1, 0]);
    expect(() => b.abs()).toThrow(`"abs_cpu" not implemented for 'Bool'`);
    expect(() => tt.floor(b)).toThrow(`"floor_vml_cpu" not implemented for 'Bool'`);
    expect(() => tt.relu(b)).toThrow("Boolean inputs not supported for relu");
  });
});

describe("in place and out=", () => {
  it("writes into the tensor and raises its version", () => {
    const x = tensor([1, 4]);
    expect(x.sqrt_()).toBe(x);
    expect(x.tolist()).toEqual([1, 2]);
    expect(x._version).toBe(1);
    expect(tt.exp_(tensor([0])).tolist()).toEqual([1]);
    expect(tensor([3, -1]).ge_(0).tolist()).toEqual([1, 0]);
  });

  it("refuses results that the dtype cannot hold", () => {
    expect(() => tensor([1n]).div_(2)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => tensor([1, 2]).masked_fill_(tensor([[true], [false]]), 0)).toThrow(
      "output with shape [2] doesn't match the broadcast shape [2, 2]",
    );
    expect(() => tensor([1]).float_power_(2)).toThrow(
      "the base given to float_power_ has dtype Float but the operation's result requires dtype Double",
    );
  });

  it("fills out= and converts", () => {
    const out = tt.zeros(2, { dtype: tt.float64 });
    expect(tt.mul(tensor([1, 2]), 3, { out })).toBe(out);
    expect(out.tolist()).toEqual([3, 6]);
    const [mantissa, exponent] = [tt.empty(0), tt.empty(0, { dtype: tt.int32 })];
    tt.frexp(tensor([6]), { out: [mantissa, exponent] });
    expect([mantissa.tolist(), exponent.tolist()]).toEqual([[0.75], [3]]);
  });
});

describe("arguments", () => {
  it("wants a tensor among the operands", () => {
    expect(() => tt.pow(2, 3)).toThrow("pow() received an invalid combination of arguments - got (int, int)");
    expect(() => special.xlog1py(1, 2)).toThrow(TypeError);
  });

  it("checks values as PyTorch does", () => {
    const x = tensor([1, 2]);
    expect(() => x.clamp()).toThrow("torch.clamp: At least one of 'min' or 'max' must not be None");
    expect(() => x.div(2, { rounding_mode: "up" })).toThrow("but found 'up'");
    expect(() => tensor([2n]).pow(-1)).toThrow("Integers to negative integer powers are not allowed.");
    expect(() => special.polygamma(-1, x)).toThrow("polygamma(n, x) does not support negative n.");
    expect(() => x.isclose(x, -1)).toThrow("rtol must be greater than or equal to zero, but got -1");
    expect(() => tt.gcd(x, x)).toThrow(RuntimeError);
    expect(() => tensor([1n]).remainder(0)).toThrow("ZeroDivisionError");
  });
});

describe("complex tensors", () => {
  const z = tt.complex(tensor([3, 0]), tensor([4, -1]));

  it("have views of their parts", () => {
    const own = z.clone();
    own.real.zero_();
    own.imag.fill_(2);
    expect(tt.view_as_real(own).tolist()).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(tensor([1]).real.tolist()).toEqual([1]);
    expect(() => tensor([1]).imag).toThrow("imag is not implemented for tensors with non-complex dtypes.");
  });

  it("give real absolute values and angles", () => {
    expect(z.abs().tolist()).toEqual([5, 1]);
    expect(z.abs().dtype.name).toBe("float32");
    expect(tt.polar(z.abs(), z.angle()).isclose(z).tolist()).toEqual([true, true]);
    expect(() => z.lt(z)).toThrow(`"lt_cpu" not implemented for 'ComplexFloat'`);
  });
});

describe("special values", () => {
  it("pass through as in PyTorch", () => {
    const x = tensor([NaN, Infinity, -Infinity, 0]);
    expect(x.nan_to_num(1, 2, 3).tolist()).toEqual([1, 2, 3, 0]);
    expect(x.clamp(-1, 1).tolist()).toEqual([NaN, 1, -1, 0]);
    expect(tt.fmax(x, tensor(1)).tolist()).toEqual([1, Infinity, 1, 1]);
    expect(tt.maximum(x, tensor(1)).tolist()).toEqual([NaN, Infinity, 1, 1]);
    expect(tt.xlogy(tensor([0, 0]), tensor([0, NaN])).tolist()).toEqual([0, NaN]);
    expect(tensor([0.5, 1.5, 2.5, -0.5]).round().tolist()).toEqual([0, 2, 2, -0]);
    expect(tensor([1.2345]).round({ decimals: 2 }).item()).toBeCloseTo(1.23, 6);
    expect(tt.equal(x, x)).toBe(false);
    expect(tt.allclose(x, x, { equal_nan: true })).toBe(true);
  });
});
