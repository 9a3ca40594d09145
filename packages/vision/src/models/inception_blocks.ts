import { cat, type Tensor } from "@tt/core";
import { functional as F, Linear, Module } from "@tt/nn";
import { BasicConv2d } from "./basic_conv.ts";

type Size = number | readonly [number, number];

const conv = (inputs: number, outputs: number, kernel_size: Size, padding: Size = 0, stride = 1): BasicConv2d =>
  new BasicConv2d(inputs, outputs, { kernel_size, stride, padding });

const pooled = (x: Tensor): Tensor => F.avg_pool2d(x, 3, { stride: 1, padding: 1 });

/** Branches of 1 x 1, 5 x 5, twice 3 x 3, and pooling. */
export class InceptionA extends Module {
  branch1x1: BasicConv2d;
  branch5x5_1: BasicConv2d;
  branch5x5_2: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inputs: number, poolFeatures: number) {
    super();
    this.branch1x1 = conv(inputs, 64, 1);
    this.branch5x5_1 = conv(inputs, 48, 1);
    this.branch5x5_2 = conv(48, 64, 5, 2);
    this.branch3x3dbl_1 = conv(inputs, 64, 1);
    this.branch3x3dbl_2 = conv(64, 96, 3, 1);
    this.branch3x3dbl_3 = conv(96, 96, 3, 1);
    this.branch_pool = conv(inputs, poolFeatures, 1);
  }

  override forward(x: Tensor): Tensor {
    return cat(
      [
        this.branch1x1(x),
        this.branch5x5_2(this.branch5x5_1(x)),
        this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x))),
        this.branch_pool(pooled(x)),
      ],
      1,
    );
  }
}

/** Halves height and width. */
export class InceptionB extends Module {
  branch3x3: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3: BasicConv2d;

  constructor(inputs: number) {
    super();
    this.branch3x3 = conv(inputs, 384, 3, 0, 2);
    this.branch3x3dbl_1 = conv(inputs, 64, 1);
    this.branch3x3dbl_2 = conv(64, 96, 3, 1);
    this.branch3x3dbl_3 = conv(96, 96, 3, 0, 2);
  }

  override forward(x: Tensor): Tensor {
    const doubled = this.branch3x3dbl_3(this.branch3x3dbl_2(this.branch3x3dbl_1(x)));
    return cat([this.branch3x3(x), doubled, F.max_pool2d(x, 3, { stride: 2 })], 1);
  }
}

/** Branches of 1 x 1, 7 x 7 in two steps, twice that, and pooling. */
export class InceptionC extends Module {
  branch1x1: BasicConv2d;
  branch7x7_1: BasicConv2d;
  branch7x7_2: BasicConv2d;
  branch7x7_3: BasicConv2d;
  branch7x7dbl_1: BasicConv2d;
  branch7x7dbl_2: BasicConv2d;
  branch7x7dbl_3: BasicConv2d;
  branch7x7dbl_4: BasicConv2d;
  branch7x7dbl_5: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inputs: number, c7: number) {
    super();
    this.branch1x1 = conv(inputs, 192, 1);
    this.branch7x7_1 = conv(inputs, c7, 1);
    this.branch7x7_2 = conv(c7, c7, [1, 7], [0, 3]);
    this.branch7x7_3 = conv(c7, 192, [7, 1], [3, 0]);
    this.branch7x7dbl_1 = conv(inputs, c7, 1);
    this.branch7x7dbl_2 = conv(c7, c7, [7, 1], [3, 0]);
    this.branch7x7dbl_3 = conv(c7, c7, [1, 7], [0, 3]);
    this.branch7x7dbl_4 = conv(c7, c7, [7, 1], [3, 0]);
    this.branch7x7dbl_5 = conv(c7, 192, [1, 7], [0, 3]);
    this.branch_pool = conv(inputs, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const once = this.branch7x7_3(this.branch7x7_2(this.branch7x7_1(x)));
    let twice = this.branch7x7dbl_3(this.branch7x7dbl_2(this.branch7x7dbl_1(x)));
    twice = this.branch7x7dbl_5(this.branch7x7dbl_4(twice));
    return cat([this.branch1x1(x), once, twice, this.branch_pool(pooled(x))], 1);
  }
}

/** Halves height and width. */
export class InceptionD extends Module {
  branch3x3_1: BasicConv2d;
  branch3x3_2: BasicConv2d;
  branch7x7x3_1: BasicConv2d;
  branch7x7x3_2: BasicConv2d;
  branch7x7x3_3: BasicConv2d;
  branch7x7x3_4: BasicConv2d;

  constructor(inputs: number) {
    super();
    this.branch3x3_1 = conv(inputs, 192, 1);
    this.branch3x3_2 = conv(192, 320, 3, 0, 2);
    this.branch7x7x3_1 = conv(inputs, 192, 1);
    this.branch7x7x3_2 = conv(192, 192, [1, 7], [0, 3]);
    this.branch7x7x3_3 = conv(192, 192, [7, 1], [3, 0]);
    this.branch7x7x3_4 = conv(192, 192, 3, 0, 2);
  }

  override forward(x: Tensor): Tensor {
    const wide = this.branch7x7x3_3(this.branch7x7x3_2(this.branch7x7x3_1(x)));
    const pooled = F.max_pool2d(x, 3, { stride: 2 });
    return cat([this.branch3x3_2(this.branch3x3_1(x)), this.branch7x7x3_4(wide), pooled], 1);
  }
}

/** Branches of 1 x 1, 3 x 3 as 1 x 3 beside 3 x 1, the same after a 3 x 3, and pooling. */
export class InceptionE extends Module {
  branch1x1: BasicConv2d;
  branch3x3_1: BasicConv2d;
  branch3x3_2a: BasicConv2d;
  branch3x3_2b: BasicConv2d;
  branch3x3dbl_1: BasicConv2d;
  branch3x3dbl_2: BasicConv2d;
  branch3x3dbl_3a: BasicConv2d;
  branch3x3dbl_3b: BasicConv2d;
  branch_pool: BasicConv2d;

  constructor(inputs: number) {
    super();
    this.branch1x1 = conv(inputs, 320, 1);
    this.branch3x3_1 = conv(inputs, 384, 1);
    this.branch3x3_2a = conv(384, 384, [1, 3], [0, 1]);
    this.branch3x3_2b = conv(384, 384, [3, 1], [1, 0]);
    this.branch3x3dbl_1 = conv(inputs, 448, 1);
    this.branch3x3dbl_2 = conv(448, 384, 3, 1);
    this.branch3x3dbl_3a = conv(384, 384, [1, 3], [0, 1]);
    this.branch3x3dbl_3b = conv(384, 384, [3, 1], [1, 0]);
    this.branch_pool = conv(inputs, 192, 1);
  }

  override forward(x: Tensor): Tensor {
    const once = this.branch3x3_1(x);
    const twice = this.branch3x3dbl_2(this.branch3x3dbl_1(x));
    return cat(
      [
        this.branch1x1(x),
        this.branch3x3_2a(once),
        this.branch3x3_2b(once),
        this.branch3x3dbl_3a(twice),
        this.branch3x3dbl_3b(twice),
        this.branch_pool(pooled(x)),
      ],
      1,
    );
  }
}

/** The auxiliary head. */
export class InceptionAux extends Module {
  conv0: BasicConv2d;
  conv1: BasicConv2d;
  fc: Linear;

  constructor(inputs: number, classes: number) {
    super();
    this.conv0 = conv(inputs, 128, 1);
    this.conv1 = conv(128, 768, 5);
    this.fc = new Linear(768, classes);
  }

  override forward(x: Tensor): Tensor {
    const features = this.conv1(this.conv0(F.avg_pool2d(x, 5, { stride: 3 })));
    return this.fc(F.adaptive_avg_pool2d(features, [1, 1]).flatten(1));
  }
}
