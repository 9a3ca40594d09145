import { arange, manual_seed, rand, randint, randn, tensor, type Tensor, zeros } from "@tt/core";
import "@tt/core/neural";
import { callOp } from "@tt/core/dispatch";
import { describe, test } from "vitest";
import { onDevice, expectSame } from "../testing.ts";

manual_seed(0);
type Sizes = readonly number[];

function longs(values: readonly (number | readonly number[])[]): Tensor {
  return tensor(values).long();
}

describe("pooling", () => {
  const windows: Record<string, readonly unknown[]> = {
    "2 x 2": [[2, 2], [2, 2], [0, 0], [1, 1], false],
    "overlapping, ceil": [[3, 2], [2, 1], [1, 1], [1, 1], true],
    dilated: [[3, 2], [1, 2], [1, 0], [2, 3], false],
  };
  for (const [name, window] of Object.entries(windows)) {
    test(
      `maxima, ${name}`,
      onDevice(() => {
        const pool = (x: Tensor): [Tensor, Tensor] => callOp("max_pool2d_with_indices", x, ...window) as never;
        const x = randn(2, 3, 11, 12);
        const [out, indices] = pool(x);
        expectSame([x], (x) => [pool(x)[0], pool(x)[1].float()]);
        expectSame([out, indices], (g, at) => callOp("_max_pool_backward", g, at, x.shape, 2));
        expectSame([x.transpose(2, 3)], (x) => pool(x)[0]);
      }),
    );
  }
  for (const settings of [
    [[2, 2], [2, 2], [0, 0], false, true, null],
    [[3, 2], [2, 1], [1, 1], true, false, null],
    [[3, 2], [2, 1], [1, 1], false, true, 5],
  ]) {
    test(
      `means, ${JSON.stringify(settings)}`,
      onDevice(() => {
        const x = randn(3, 4, 9, 10);
        const out = callOp("avg_pool2d", x, ...settings);
        expectSame([x], (x) => callOp("avg_pool2d", x, ...settings));
        expectSame([out], (g) => callOp("_avg_pool2d_backward", g, x.shape, ...settings));
      }),
    );
  }
  test(
    "adaptive",
    onDevice(() => {
      const x = randn(2, 3, 9, 7);
      expectSame([x], (x) => callOp("_adaptive_avg_pool2d", x, [4, 3]));
      expectSame([x], (x) => (callOp("adaptive_max_pool2d", x, [4, 3]) as unknown as Tensor[])[0]!);
    }),
  );
  test(
    "maxima put back",
    onDevice(() => {
      const [out, indices] = callOp(
        "max_pool2d_with_indices",
        randn(2, 3, 8, 10),
        [2, 2],
        [2, 2],
        [0, 0],
        [1, 1],
        false,
      ) as unknown as [Tensor, Tensor];
      expectSame([out, indices], (x, at) => callOp("max_unpool2d", x, at, [8, 10]));
    }),
  );
});

describe("negative log likelihood", () => {
  for (const reduction of ["none", "mean", "sum"]) {
    test(
      `reduction ${reduction}`,
      onDevice(() => {
        const x = randn(20, 5).log_softmax(1);
        const target = randint(0, 5, [20]);
        const weight = rand(5);
        for (const w of [null, weight]) {
          const loss = (x: Tensor, t: Tensor): Tensor[] =>
            callOp("_nll_loss", x, t, w === null ? null : w.to(x.device).to(x.dtype), reduction, -100) as never;
          expectSame([x, target], (x, t) => loss(x, t));
        }
      }),
    );
  }
});

describe("indexing", () => {
  const x = randn(6, 5, 4);
  const rows = longs([0, 3, -1, 3]);
  test(
    "select, gather, take",
    onDevice(() => {
      const at = longs([1, 3, 3, 0]);
      expectSame([x, at], (x, at) => x.index_select(0, at));
      expectSame([x, at], (x, at) => x.index_select(2, at.fmod(4)));
      expectSame([x, randint(0, 5, [6, 3, 4])], (x, at) => x.gather(1, at));
      expectSame([x, randint(0, 5, [2, 3, 3])], (x, at) => x.gather(1, at));
      expectSame([x, randint(0, 120, [7])], (x, at) => x.take(at));
    }),
  );
  test(
    "index tensors",
    onDevice(() => {
      expectSame([x, rows], (x, at) => x.at(at));
      expectSame([x, rows], (x, at) => x.at(null, ":", at.abs()));
      expectSame([x, rows, longs([0, 1, 2, 3])], (x, a, b) => x.at(a, b));
      expectSame([x, rows, longs([0, 1, 2, 3])], (x, a, b) => x.at(a, ":", b));
      expectSame(
        [
          x.transpose(0, 2),
          longs([
            [0, 1],
            [3, 2],
          ]),
        ],
        (x, a) => x.at(a),
      );
    }),
  );
  test(
    "put",
    onDevice(() => {
      const values = randn(4, 5, 4);
      expectSame([x, rows, values], (x, at, v) => x.index_put([at], v, { accumulate: true }));
      expectSame([x, rows, values], (x, at, v) => x.clone().index_put_([at], v, { accumulate: true }));
      expectSame([x, longs([2, 1]), longs([0, 3]), randn(2, 4)], (x, a, b, v) => x.clone().index_put_([a, b], v));
      expectSame([x, longs([2, 1]), longs([0, 3])], (x, a, b) => x.clone().index_fill_(1, a, 7).index_fill_(2, b, 8));
      expectSame([x, longs([2, 1, 2]), randn(3, 5, 4)], (x, at, v) => x.index_add(0, at, v, { alpha: 2 }));
      expectSame([x, longs([2, 1]), randn(2, 5, 4)], (x, at, v) => x.index_copy(0, at, v));
    }),
  );
  test(
    "scatter",
    onDevice(() => {
      const at = randint(0, 5, [6, 3, 4]);
      const small = randint(0, 5, [2, 3, 3]);
      const src = randn(6, 3, 4);
      for (const index of [at, small]) {
        expectSame([x, index, src], (x, at, v) => x.scatter_add(1, at, v));
        expectSame([x, index, src], (x, at, v) => x.clone().scatter_add_(1, at, v));
        for (const reduce of ["sum", "prod", "mean", "amax", "amin"] as const) {
          for (const include_self of [true, false]) {
            expectSame([x, index, src], (x, at, v) => x.scatter_reduce(1, at, v, reduce, { include_self }));
          }
        }
      }
      const once = arange(4).reshape(1, 1, 4).expand(6, 5, 4);
      expectSame([x, once, x.mul(2)], (x, at, v) => x.scatter(2, at, v));
      expectSame([x, once], (x, at) => x.scatter(2, at, 3));
    }),
  );
  test(
    "embedding",
    onDevice(() => {
      const weight = randn(7, 5);
      const at = randint(0, 7, [3, 4]);
      expectSame([weight, at], (w, at) => callOp("embedding", w, at, -1, false, false));
      for (const scale of [false, true]) {
        expectSame([randn(3, 4, 5), at], (g, at) => callOp("embedding_dense_backward", g, at, 7, 2, scale));
      }
    }),
  );
  test(
    "masks",
    onDevice(() => {
      const x = randn(7, 50);
      const source = randn(400);
      expectSame([x, x.gt(0), source], (x, mask, v) => x.masked_scatter(mask, v));
      expectSame([x, randn(50).gt(0), source], (x, mask, v) => x.clone().masked_scatter_(mask, v));
      expectSame([x, x.gt(0)], (x, mask) => x.masked_fill(mask, 3));
    }),
  );
});

describe("optimizers", () => {
  const sizes: Sizes[] = [[3, 4], [65], [1], [20, 5], [300]];
  const lists = (count: number): Tensor[] =>
    Array.from({ length: count }, (_, k) => sizes.map((s) => (k < 3 ? randn([...s]) : rand([...s])))).flat();
  const split = (all: Tensor[], count: number): Tensor[][] =>
    Array.from({ length: count }, (_, k) => all.slice(k * sizes.length, (k + 1) * sizes.length));
  for (const nesterov of [false, true]) {
    test(
      `sgd, nesterov ${nesterov}`,
      onDevice(() => {
        expectSame(lists(3), (...all) => {
          const [p, g, b] = split(
            all.map((x) => x.clone()),
            3,
          );
          callOp("_fused_sgd_", p, g, b, 0.1, 0.9, 0.05, 0, nesterov, false, true);
          callOp("_fused_sgd_", p, g, b, 0.1, 0.9, 0.05, 0, nesterov, false, false);
          return [...p!, ...b!];
        });
        expectSame(lists(2), (...all) => {
          const [p, g] = split(
            all.map((x) => x.clone()),
            2,
          );
          callOp("_fused_sgd_", p, g, [], 0, 0, 0.05, 0, false, true, true);
          return p!;
        });
      }),
    );
  }
  for (const decoupled of [false, true]) {
    for (const amsgrad of [false, true]) {
      test(
        `adam, decoupled ${decoupled}, amsgrad ${amsgrad}`,
        onDevice(() => {
          expectSame(lists(5), (...all) => {
            const [p, g, m, v, most] = split(
              all.map((x) => x.clone()),
              5,
            );
            for (const step of [1, 2]) {
              const steps = sizes.map((_, i) => step + i);
              callOp(
                "_fused_adam_",
                p,
                g,
                m,
                v!.map((x) => x.abs_()),
                amsgrad ? most : [],
                steps,
                0.01,
                0.9,
                0.99,
                0.1,
                1e-8,
                false,
                decoupled,
              );
            }
            return [...p!, ...m!, ...v!, ...(amsgrad ? most! : [])];
          });
        }),
      );
    }
  }
  test(
    "nothing",
    onDevice(() => {
      expectSame([zeros(0)], (x) => {
        const p = x.clone();
        callOp("_fused_sgd_", [p], [x], [], 0, 0, 0.05, 0, false, true, true);
        return p;
      });
    }),
  );
});
