import type { Tensor } from "@tt/core";
import { expectTypeOf, test } from "vitest";
import {
  AdaptiveMaxPool2d,
  Conv2d,
  FractionalMaxPool2d,
  functional as F,
  Linear,
  LSTM,
  MaxPool1d,
  MaxPool2d,
  Module,
  MultiheadAttention,
  Sequential,
} from "./index.ts";

declare const x: Tensor;

class Two extends Module {
  override forward(a: Tensor, scale: number): [Tensor, number] {
    return [a, scale];
  }
}

test("calls are typed by forward", () => {
  expectTypeOf(new Linear(2, 3)(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(new Two()(x, 2)).toEqualTypeOf<[Tensor, number]>();
  // @ts-expect-error the second argument is missing
  new Two()(x);
  // @ts-expect-error not a tensor
  new Linear(2, 3)("x");
  expectTypeOf(new Sequential(new Linear(2, 3))(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(new MultiheadAttention(4, 2)(x, x, x, { need_weights: false })[1]).toEqualTypeOf<Tensor | null>();
  const [output, [h, c]] = new LSTM(2, 3)(x);
  expectTypeOf(output).toEqualTypeOf<Tensor>();
  expectTypeOf([h, c]).toEqualTypeOf<Tensor[]>();
});

test("keywords are typed", () => {
  expectTypeOf(new Conv2d(1, 10, { kernel_size: 5 })).toEqualTypeOf<Conv2d>();
  expectTypeOf(new Conv2d(1, 10, 5, { stride: 2, padding_mode: "reflect" })).toEqualTypeOf<Conv2d>();
  expectTypeOf(new Conv2d({ in_channels: 1, out_channels: 10, kernel_size: [3, 5] })).toEqualTypeOf<Conv2d>();
  // @ts-expect-error there is no such keyword
  new Conv2d(1, 10, { kernel_size: 5, strides: 2 });
  // @ts-expect-error kernel_size is missing
  new Conv2d(1, 10);
  // @ts-expect-error no such padding mode
  new Conv2d(1, 10, 5, { padding_mode: "mirror" });
  expectTypeOf(F.dropout(x, { p: 0.3 })).toEqualTypeOf<Tensor>();
  // @ts-expect-error p is a number
  F.dropout(x, { p: "half" });
});

test("pooling gives positions when asked", () => {
  expectTypeOf(new MaxPool2d(2)(x)).toEqualTypeOf<Tensor>();
  expectTypeOf(new MaxPool2d(2, { stride: 1 })(x)).toEqualTypeOf<Tensor>();
  type Both = [output: Tensor, indices: Tensor];
  expectTypeOf(new MaxPool2d(2, { return_indices: true })(x)).toEqualTypeOf<Both>();
  expectTypeOf(new MaxPool1d({ kernel_size: 2, return_indices: true })(x)).toEqualTypeOf<Both>();
  expectTypeOf(new AdaptiveMaxPool2d(2, true)(x)).toEqualTypeOf<Both>();
  expectTypeOf(new FractionalMaxPool2d(2, { output_size: 3, return_indices: true })(x)).toEqualTypeOf<Both>();
  expectTypeOf(F.max_pool2d(x, 2)).toEqualTypeOf<Tensor>();
  expectTypeOf(F.max_pool2d(x, 2, { return_indices: true })).toEqualTypeOf<Both>();
  const plain: MaxPool2d = new MaxPool2d(2, 2, 0);
  expectTypeOf(plain(x)).toEqualTypeOf<Tensor>();
});
