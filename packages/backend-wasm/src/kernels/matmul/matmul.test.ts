import { type DType, manual_seed, randint, randn, type Tensor, tensor, zeros } from "@tt/core";
import * as torch from "@tt/core";
import { assert, boolean, constantFrom, integer, property, record, type Arbitrary } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { install } from "../../testing.ts";

beforeAll(async () => {
  await install({ small_storage: 0, threads: 3 });
});

const tolerances = new Map<DType, number>([
  [torch.float32, 2e-5],
  [torch.float64, 1e-12],
  [torch.complex64, 2e-5],
  [torch.complex128, 1e-12],
  [torch.bfloat16, 1e-2],
  [torch.float16, 2e-3],
  [torch.int8, 0],
  [torch.uint8, 0],
  [torch.int16, 0],
  [torch.int32, 0],
  [torch.int64, 0],
]);

/** How a matrix lies in memory. */
type Layout = "rows" | "columns" | "steps" | "offset" | "broadcast";
const layout: Arbitrary<Layout> = constantFrom("rows", "columns", "steps", "offset", "broadcast");

/** A matrix of batch, or without a batch where that is 0. */
function matrix(dtype: DType, batch: number, rows: number, columns: number, how: Layout): Tensor {
  const draw = (...shape: number[]): Tensor => {
    if (dtype.is_floating_point || dtype.is_complex)
      return randn(shape, { dtype: dtype.is_complex ? dtype : torch.float64 }).to(dtype);
    return randint(dtype === torch.uint8 ? 0 : -100, 100, shape).to(dtype);
  };
  const lead = batch === 0 ? [] : [batch];
  switch (how) {
    case "rows":
      return draw(...lead, rows, columns);
    case "columns":
      return draw(...lead, columns, rows).mT;
    case "steps":
      return draw(...lead, rows, 2 * columns).at("...", "::2");
    case "offset":
      return draw(...lead, rows + 1, columns + 3).at("...", "1:", "3:");
    case "broadcast":
      return draw(...lead, 1, columns).expand([...lead, rows, columns]);
  }
}

/** The same matrix, with the same layout, on the other device. */
function moved(value: Tensor): Tensor {
  const base = torch.as_strided(value, [value.storage.nbytes / value.dtype.itemsize], [1], 0);
  return torch.as_strided(base.to("wasm"), value.shape, value.strides, value.offset);
}

function expectSame(got: Tensor, want: Tensor, dtype: DType, terms: number): void {
  expect(got.device.type).toBe("wasm");
  expect(got.dtype).toBe(dtype);
  expect(got.shape).toEqual(want.shape);
  if (want.numel() === 0) return;
  const tolerance = tolerances.get(dtype)!;
  if (tolerance === 0) expect(got.tolist()).toEqual(want.tolist());
  else {
    const wide = dtype.is_complex ? torch.complex128 : torch.float64;
    const scale = Math.max(1, want.to(wide).abs().max().item(), Math.sqrt(terms));
    expect(got.cpu().to(wide).sub(want.to(wide)).abs().max().item() / scale).toBeLessThan(tolerance);
  }
}

const wideOf = (value: Tensor): Tensor =>
  value.dtype.is_complex ? value.to(torch.complex128) : value.dtype.is_floating_point ? value.double() : value;

describe.each([...tolerances.keys()].map((dtype) => [dtype.name, dtype] as const))("products of %s", (_name, dtype) => {
  const size = (most: number): Arbitrary<number> => integer({ min: 1, max: most });
  const shapes = record({
    m: size(40),
    n: size(40),
    k: size(40),
    batch: integer({ min: 0, max: 4 }),
    seed: integer(),
    a: layout,
    b: layout,
    bias: layout,
    alpha: constantFrom(1, 2, -3),
    beta: constantFrom(0, 1, 2),
    row: boolean(),
  });

  it("are those of the cpu, for any sizes and steps", () => {
    assert(
      property(shapes, ({ m, n, k, batch, seed, a, b }) => {
        manual_seed(seed);
        const x = matrix(dtype, batch, m, k, a);
        const y = matrix(dtype, batch, k, n, b);
        expectSame(moved(x).matmul(moved(y)), wideOf(x).matmul(wideOf(y)).to(dtype), dtype, k);
      }),
      { numRuns: 60 },
    );
  });

  it("are added to what is given", () => {
    assert(
      property(shapes, ({ m, n, k, seed, a, b, bias, alpha, beta, row }) => {
        manual_seed(seed);
        const x = matrix(dtype, 0, m, k, a);
        const y = matrix(dtype, 0, k, n, b);
        const z = row ? matrix(dtype, 0, 1, n, bias).at(0) : matrix(dtype, 0, m, n, bias);
        const scale = beta === 0 && dtype.is_floating_point ? z.mul(Number.NaN) : z;
        const want = wideOf(z).addmm(wideOf(x), wideOf(y), { alpha, beta }).to(dtype);
        expectSame(moved(scale).addmm(moved(x), moved(y), { alpha, beta }), want, dtype, k);
      }),
      { numRuns: 60 },
    );
  });

  it("go beyond a block", () => {
    manual_seed(1);
    for (const [m, n, k] of [
      [7, 11, 600],
      [70, 3, 520],
      [1, 150, 300],
      [150, 1, 300],
    ] as const) {
      const x = matrix(dtype, 0, m, k, "rows");
      const y = matrix(dtype, 0, k, n, "columns");
      expectSame(x.to("wasm").mm(y.to("wasm")), wideOf(x).mm(wideOf(y)).to(dtype), dtype, k);
    }
  });
});

it("empty products are zero, or what is added", () => {
  const [a, b] = [zeros(3, 0, { device: "wasm" }), zeros(0, 2, { device: "wasm" })];
  expect(a.mm(b).tolist()).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  expect(tensor([1, 2], { device: "wasm" }).addmm(a, b, { beta: 2 }).at(1).tolist()).toEqual([2, 4]);
  expect(a.t().mm(zeros(3, 4, { device: "wasm" })).shape).toEqual([0, 4]);
});

it("a matrix is added in place", () => {
  manual_seed(2);
  const [x, y, z] = [randn(30, 20), randn(20, 40), randn(30, 40)];
  const got = z.to("wasm").addmm_(x.to("wasm"), y.to("wasm"), { beta: 0.5 });
  expect(
    got
      .cpu()
      .sub(x.double().mm(y.double()).add(z.mul(0.5)))
      .abs()
      .max()
      .item(),
  ).toBeLessThan(1e-5);
  const turned = z.t().contiguous().to("wasm").t();
  turned.addmm_(x.to("wasm"), y.to("wasm"));
  expect(turned.cpu().sub(x.double().mm(y.double()).add(z)).abs().max().item()).toBeLessThan(1e-5);
});

it("results are the same for every number of threads", () => {
  manual_seed(3);
  const backend = torch.findBackend("wasm") as { set_num_threads?: (count: number) => void };
  const [x, y] = [randn(500, 300).to("wasm"), randn(300, 700).to("wasm")];
  const all = (): unknown[] => [x.mm(y), y.t().mm(x.t()), x.mv(y.at(":", 0))].map((t) => t.tolist());
  const three = all();
  backend.set_num_threads!(1);
  const one = all();
  backend.set_num_threads!(3);
  expect(one).toEqual(three);
});
