import { afterEach, describe, expect, it } from "vitest";
import { Complex, type Scalar } from "../dtype/complex.ts";
import {
  bfloat16,
  bool,
  complex128,
  complex64,
  float16,
  float32,
  float64,
  int32,
  int64,
  set_default_dtype,
  uint8,
} from "../dtype/dtype.ts";
import { writeElement } from "../dtype/element.ts";
import { set_printoptions } from "./options.ts";
import { formatMeta, formatSparse, formatTensor, type PrintableTensor } from "./tensor.ts";

// Expected texts were printed by PyTorch 1.13.

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

afterEach(() => {
  set_printoptions({ profile: "default" });
  set_default_dtype(float32);
});

function text(values: readonly Scalar[], rest?: Partial<PrintableTensor>): string {
  return formatTensor(printable(values, rest));
}

/** A contiguous cpu tensor with the given elements. */
function printable(
  values: readonly Scalar[],
  { dtype = float32, shape = [values.length], ...rest }: Partial<PrintableTensor> = {},
): PrintableTensor {
  const array = new dtype.ArrayType(values.length * dtype.lanes);
  values.forEach((value, i) => writeElement(array, dtype, i, value));
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((step, size) => step * size, 1));
  return { array, shape, strides, offset: 0, dtype, device: "cpu", requires_grad: false, gradFnName: null, ...rest };
}

/** Numbers counted from 0 and divided. */
function counted(count: number, divisor = 1): number[] {
  return Array.from({ length: count }, (_, i) => i / divisor);
}

function complexes(...pairs: readonly (readonly [re: number, im: number])[]): Complex[] {
  return pairs.map(([re, im]) => new Complex(re, im));
}

describe("floating-point vectors", () => {
  it.each<[number[], string]>([
    [[1, 2, 3], "tensor([1., 2., 3.])"],
    [[1, 2.5, -3], "tensor([ 1.0000,  2.5000, -3.0000])"],
    [[1e-5, 1], "tensor([1.0000e-05, 1.0000e+00])"],
    [[1e5, 1], "tensor([1.0000e+05, 1.0000e+00])"],
    [[1e8, 2e8], "tensor([1.0000e+08, 2.0000e+08])"],
    [[0, 0], "tensor([0., 0.])"],
    [[-0, 0], "tensor([-0., 0.])"],
    [[nan, 1], "tensor([nan, 1.])"],
    [[inf, -inf, 2], "tensor([inf, -inf, 2.])"],
    [[nan, nan], "tensor([nan, nan])"],
    [[inf, 1.5], "tensor([   inf, 1.5000])"],
    [[nan, 1e10], "tensor([       nan, 1.0000e+10])"],
    [[1e-4, 0.5], "tensor([1.0000e-04, 5.0000e-01])"],
    [[0.001, 1000], "tensor([1.0000e-03, 1.0000e+03])"],
    [[1.5, 1000], "tensor([   1.5000, 1000.0000])"],
    [[1e38, -1e38], "tensor([ 1.0000e+38, -1.0000e+38])"],
    [[1e-45, 1], "tensor([1.4013e-45, 1.0000e+00])"],
    [[0.99995, 1], "tensor([0.9999, 1.0000])"],
    [[0.99999, 0.5], "tensor([1.0000, 0.5000])"],
    [[123.456, -0.5], "tensor([123.4560,  -0.5000])"],
    [[12345678], "tensor([12345678.])"],
    [[0.5, 0.25, 0.125, 0.0625, 0.03125], "tensor([0.5000, 0.2500, 0.1250, 0.0625, 0.0312])"],
    [[], "tensor([])"],
  ])("%j", (values, expected) => {
    expect(text(values)).toBe(expected);
  });
});

describe("scalars", () => {
  it.each<[number, string]>([
    [1, "tensor(1.)"],
    [-2.5, "tensor(-2.5000)"],
    [1e10, "tensor(1.0000e+10)"],
    [1e-10, "tensor(1.0000e-10)"],
    [nan, "tensor(nan)"],
    [123456, "tensor(123456.)"],
    [1e8, "tensor(100000000.)"],
  ])("%d", (value, expected) => {
    expect(text([value], { shape: [] })).toBe(expected);
  });

  it("of other dtypes", () => {
    expect(text([3n], { shape: [], dtype: int64 })).toBe("tensor(3)");
    expect(text([true], { shape: [], dtype: bool })).toBe("tensor(True)");
    expect(text([3], { shape: [], dtype: int32 })).toBe("tensor(3, dtype=torch.int32)");
    expect(text(complexes([-1, 2]), { shape: [], dtype: complex64 })).toBe("tensor(-1.+2.j)");
    expect(text([1e-300], { shape: [], dtype: float64 })).toBe("tensor(1.0000e-300, dtype=torch.float64)");
  });
});

describe("dtypes", () => {
  it("are named unless evident", () => {
    expect(text([-1, 0.5], { dtype: float64 })).toBe("tensor([-1.0000,  0.5000], dtype=torch.float64)");
    expect(text([65504, -0.1], { dtype: float16 })).toBe("tensor([ 6.5504e+04, -9.9976e-02], dtype=torch.float16)");
    expect(text([3.140625, 1e-3], { dtype: bfloat16 })).toBe("tensor([3.1406e+00, 9.9945e-04], dtype=torch.bfloat16)");
    expect(text([1n, 10n, 100n], { dtype: int64 })).toBe("tensor([  1,  10, 100])");
    expect(text([true, false], { dtype: bool })).toBe("tensor([ True, False])");
    expect(text([2n ** 63n - 1n, -(2n ** 63n)], { dtype: int64 })).toBe(
      "tensor([ 9223372036854775807, -9223372036854775808])",
    );
  });

  it("depend on the default dtype", () => {
    set_default_dtype(float64);
    expect(text([1], { dtype: float64 })).toBe("tensor([1.])");
    expect(text([1])).toBe("tensor([1.], dtype=torch.float32)");
    expect(text(complexes([0, 1]), { dtype: complex64 })).toBe("tensor([0.+1.j], dtype=torch.complex64)");
    expect(text(complexes([0, 1]), { dtype: complex128 })).toBe("tensor([0.+1.j])");
  });

  it("format the parts of complex numbers apart", () => {
    expect(text(complexes([1, 2], [-0.5, -1e-5], [nan, inf]), { dtype: complex64 })).toBe(
      "tensor([ 1.0000+2.0000e+00j, -0.5000-1.0000e-05j,     nan+infj])",
    );
    expect(text(complexes([-1, 2], [0.5, 1.75], [2, 1.5]), { dtype: complex128 })).toBe(
      "tensor([-1.0000+2.0000j,  0.5000+1.7500j,  2.0000+1.5000j],\n       dtype=torch.complex128)",
    );
  });
});

describe("empty tensors", () => {
  it("show their size and dtype", () => {
    expect(text([], { shape: [2, 0] })).toBe("tensor([], size=(2, 0))");
    expect(text([], { shape: [0, 3], dtype: int32 })).toBe("tensor([], size=(0, 3), dtype=torch.int32)");
    expect(text([], { dtype: int64 })).toBe("tensor([], dtype=torch.int64)");
    expect(text([], { dtype: bool })).toBe("tensor([], dtype=torch.bool)");
    expect(text([], { requires_grad: true })).toBe("tensor([], requires_grad=True)");
  });
});

describe("several dimensions", () => {
  it("nest brackets and separate by blank lines", () => {
    expect(text([1, 2, 3, 4, 5, 6, 7, 8.5], { shape: [2, 2, 2] })).toBe(`tensor([[[1.0000, 2.0000],
         [3.0000, 4.0000]],

        [[5.0000, 6.0000],
         [7.0000, 8.5000]]])`);
    expect(
      text(
        Array.from({ length: 16 }, () => 1),
        { shape: [2, 2, 2, 2], dtype: uint8 },
      ),
    ).toBe(`tensor([[[[1, 1],
          [1, 1]],

         [[1, 1],
          [1, 1]]],


        [[[1, 1],
          [1, 1]],

         [[1, 1],
          [1, 1]]]], dtype=torch.uint8)`);
  });

  it("are read through strides and offset", () => {
    const base = printable([9, 0, 1, 2, 3, 4, 5]);
    expect(formatTensor({ ...base, shape: [3, 2], strides: [1, 3], offset: 1 })).toBe(
      "tensor([[0., 3.],\n        [1., 4.],\n        [2., 5.]])",
    );
    expect(formatTensor({ ...base, shape: [2, 2], strides: [0, 1], offset: 2 })).toBe(
      "tensor([[1., 2.],\n        [1., 2.]])",
    );
    const parts = printable(complexes([9, 9], [1, 2], [3, 4]), { dtype: complex64 });
    expect(formatTensor({ ...parts, shape: [2], strides: [1], offset: 1 })).toBe("tensor([1.+2.j, 3.+4.j])");
  });

  it("break long rows", () => {
    const shape = [2, 12];
    expect(text(counted(24, 3), { shape, requires_grad: true, kind: "Parameter" })).toBe(`Parameter containing:
tensor([[0.0000, 0.3333, 0.6667, 1.0000, 1.3333, 1.6667, 2.0000, 2.3333, 2.6667,
         3.0000, 3.3333, 3.6667],
        [4.0000, 4.3333, 4.6667, 5.0000, 5.3333, 5.6667, 6.0000, 6.3333, 6.6667,
         7.0000, 7.3333, 7.6667]], requires_grad=True)`);
  });
});

describe("summaries", () => {
  it("show the edges", () => {
    expect(text(counted(1001), { dtype: int64 })).toBe("tensor([   0,    1,    2,  ...,  998,  999, 1000])");
    expect(text(counted(1000), { dtype: int64 })).toMatch(/^tensor\(\[  0,   1,   2,   3, .*\n.* 998, 999\]\)$/s);
    expect(text(counted(1100), { shape: [2, 550], dtype: int64 })).toBe(
      "tensor([[   0,    1,    2,  ...,  547,  548,  549],\n        [ 550,  551,  552,  ..., 1097, 1098, 1099]])",
    );
    expect(
      text(counted(2000, 2), { shape: [20, 10, 10] })
        .split("\n")
        .slice(0, 7)
        .join("\n"),
    ).toBe(
      `tensor([[[0.0000e+00, 5.0000e-01, 1.0000e+00,  ..., 3.5000e+00,
          4.0000e+00, 4.5000e+00],
         [5.0000e+00, 5.5000e+00, 6.0000e+00,  ..., 8.5000e+00,
          9.0000e+00, 9.5000e+00],
         [1.0000e+01, 1.0500e+01, 1.1000e+01,  ..., 1.3500e+01,
          1.4000e+01, 1.4500e+01],
         ...,`,
    );
  });

  it("choose the form from what they show", () => {
    const values = counted(1001).map(() => 1);
    values[500] = 1e-9;
    expect(text(values)).toBe("tensor([1., 1., 1.,  ..., 1., 1., 1.])");
  });

  it("read nothing else", () => {
    const huge = { ...printable([7]), shape: [1e6, 1e6], strides: [0, 0] };
    const row = "[7., 7., 7.,  ..., 7., 7., 7.]";
    expect(formatTensor(huge)).toBe(`tensor([${[row, row, row, "...", row, row, row].join(",\n        ")}])`);
  });
});

describe("suffixes", () => {
  it("name the gradient function instead of requires_grad", () => {
    expect(text([2, -4], { requires_grad: true, gradFnName: "MulBackward0" })).toBe(
      "tensor([ 2., -4.], grad_fn=<MulBackward0>)",
    );
    expect(text([2], { shape: [], dtype: float16, requires_grad: true })).toBe(
      "tensor(2., dtype=torch.float16, requires_grad=True)",
    );
    expect(text([1, -0.5], { shape: [1, 2], kind: "Parameter" })).toBe(
      "Parameter containing:\ntensor([[ 1.0000, -0.5000]])",
    );
  });

  it("name other devices", () => {
    expect(text([1], { device: "gpu:0" })).toBe("tensor([1.], device='gpu:0')");
  });

  it("go to a new line when the last one is full", () => {
    const values = complexes([1, 2], [-0.5, -1e-5], [nan, 0], [3, 0]);
    expect(text(values, { shape: [2, 2], dtype: complex128, requires_grad: true }))
      .toBe(`tensor([[ 1.0000+2.0000e+00j, -0.5000-1.0000e-05j],
        [    nan+0.0000e+00j,  3.0000+0.0000e+00j]], dtype=torch.complex128,
       requires_grad=True)`);
  });
});

describe("tensors of other kinds", () => {
  const traits = { device: "cpu", requires_grad: false, gradFnName: null };

  it("meta", () => {
    const meta = { ...traits, device: "meta", shape: [2, 2] };
    expect(formatMeta({ ...meta, dtype: float32 })).toBe("tensor(..., device='meta', size=(2, 2))");
    expect(formatMeta({ ...meta, dtype: int64 })).toBe("tensor(..., device='meta', size=(2, 2), dtype=torch.int64)");
  });

  it("sparse", () => {
    const indices = printable([1, 2, 3], { shape: [1, 3], dtype: int64 });
    const values = printable([1, 2, 3], { dtype: int64 });
    expect(formatSparse({ ...traits, indices, values, shape: [4] })).toBe(`tensor(indices=tensor([[1, 2, 3]]),
       values=tensor([1, 2, 3]),
       size=(4,), nnz=3, layout=torch.sparse_coo)`);
  });

  it("sparse with a dtype and a gradient function", () => {
    const indices = printable([0, 1], { shape: [1, 2], dtype: int64 });
    const values = printable([3, 4], { dtype: float64 });
    const grad = { requires_grad: true, gradFnName: "MulBackward0" };
    expect(formatSparse({ ...traits, ...grad, indices, values, shape: [3] })).toBe(`tensor(indices=tensor([[0, 1]]),
       values=tensor([3., 4.]),
       size=(3,), nnz=2, dtype=torch.float64, layout=torch.sparse_coo,
       grad_fn=<MulBackward0>)`);
  });

  it("sparse without elements", () => {
    const indices = printable([], { shape: [4, 0], dtype: int64 });
    const values = printable([]);
    expect(formatSparse({ ...traits, indices, values, shape: [2, 3, 4, 0] }))
      .toBe(`tensor(indices=tensor([], size=(4, 0)),
       values=tensor([], size=(0,)),
       size=(2, 3, 4, 0), nnz=0, layout=torch.sparse_coo)`);
  });
});
