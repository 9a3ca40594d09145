import { ones, tensor, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { functional } from "../index.ts";

const { hessian, hvp, jacobian, jvp, vhp, vjp } = functional;
const x = tensor([1, 2]);
const y = tensor([3, 0.5]);
const f = (a: Tensor, b: Tensor): Tensor => a.mul(b.exp()).sum().mul(a.sum());

const plain = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(plain) : ((value as Tensor).tolist() as unknown);

function expectNear(value: unknown, wanted: unknown): void {
  const flat = (v: unknown): number[] => (Array.isArray(v) ? v.flatMap(flat) : [v as number]);
  const got = flat(plain(value));
  const want = flat(wanted);
  expect(got.length).toBe(want.length);
  got.forEach((g, i) => expect(Math.abs(g - want[i]!)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(want[i]!))));
}

// Values and messages: PyTorch 1.13.
describe("products", () => {
  it("with the Jacobian", () => {
    const g = (a: Tensor): Tensor => a.mul(a.sum());
    expectNear(vjp(g, x, tensor([1, -1])), [
      [3, 6],
      [2, -4],
    ]);
    expectNear(jvp(g, x, { v: tensor([1, -1]) }), [
      [3, 6],
      [3, -3],
    ]);
  });

  it("with the Hessian", () => {
    const wanted = [
      70.14894104003906,
      [
        [218.3173828125, 103.42424011230469],
        [311.3258361816406, 33.79878616333008],
      ],
    ];
    expectNear(vhp(f, [x, y], [y, x]), wanted);
    expectNear(hvp(f, [x, y], [y, x]), wanted);
  });

  it("are differentiable when asked", () => {
    const a = tensor([1, 2], { requires_grad: true });
    const [, product] = vjp((t) => t.pow(3), a, ones(2), { create_graph: true });
    (product as Tensor).sum().backward();
    expect(a.grad!.tolist()).toEqual([6, 12]);
    expect((vjp((t) => t.pow(3), a, ones(2))[1] as Tensor).requires_grad).toBe(false);
  });
});

describe("jacobian and hessian", () => {
  const wanted = [
    [
      [
        [3, 0],
        [0, 0.5],
      ],
      [
        [1, 0],
        [0, 2],
      ],
    ],
    [
      [1, 1],
      [0, 0],
    ],
  ];
  const second = [
    [
      [
        [40.17107391, 21.73425865],
        [21.73425865, 3.29744244],
      ],
      [
        [80.34214783, 3.29744244],
        [20.08553696, 8.24360657],
      ],
    ],
    [
      [
        [80.34214783, 20.08553696],
        [3.29744244, 8.24360657],
      ],
      [
        [60.25661087, 0],
        [0, 9.89232731],
      ],
    ],
  ];

  it.each([{}, { vectorize: true }, { vectorize: true, strategy: "forward-mode" as const }])("%o", (options) => {
    expectNear(
      jacobian((a, b) => [a.mul(b), a.sum()], [x, y], options),
      wanted,
    );
    expectNear(
      jacobian((a) => a.mul(a), x, options),
      [
        [2, 0],
        [0, 4],
      ],
    );
  });

  it.each([{}, { vectorize: true }, { vectorize: true, outer_jacobian_strategy: "forward-mode" as const }])(
    "%o",
    (options) => {
      expectNear(hessian(f, [x, y], options), second);
      expectNear(
        hessian((a) => a.pow(3).sum(), x, options),
        [
          [6, 0],
          [0, 12],
        ],
      );
    },
  );
});

describe("errors", () => {
  it.each<[() => unknown, string]>([
    [
      () => jacobian(() => ones(2), x, { strict: true }),
      "Output 0 of the user-provided function does not require gradients.",
    ],
    [
      () => hessian((a) => a.mul(1), x),
      "The Tensor returned by the function given to hessian should contain a single element",
    ],
    [
      () => vjp((a) => a, x),
      "The vector v can only be None if the user-provided function returns a single Tensor with a single element.",
    ],
    [
      () => jvp((a) => a, x),
      "The vector v can only be None if the input to the user-provided function is a single Tensor",
    ],
    [() => vjp((a) => a.sum(), x, ones(2)), "v has invalid size: should be torch.Size([]) but got torch.Size([2])."],
    [
      () => jacobian((a) => a, 3 as never),
      "The inputs given to jacobian must be either a Tensor or a tuple of Tensors but the given inputs has type int.",
    ],
    [
      () => hessian((a) => a.sum(), x, { strict: true }),
      "While computing the hessian, found that the jacobian of the user-provided function with respect to input 0 is independent of the input.",
    ],
    [() => vhp((a) => a.sum().mul(2), x, x, { strict: true }), "While computing the hessian, found that the jacobian"],
  ])("%s", (run, message) => {
    expect(run).toThrow(message);
  });
});
