import { eye, ones, tensor, zeros } from "@tt/core";
import { describe, expect, it } from "vitest";
import { biject_to, ConstraintRegistry, constraints as c, ExpTransform, transform_to } from "../index.ts";

const nan = Number.NaN;

describe("constraints", () => {
  it.each([
    ["boolean", c.boolean, [0, 1, 2, 0.5], [true, true, false, false]],
    ["real", c.real, [1, nan, Infinity], [true, false, true]],
    ["positive", c.positive, [0, 1], [false, true]],
    ["nonnegative", c.nonnegative, [0, -1], [true, false]],
    ["nonnegative_integer", c.nonnegative_integer, [0, 1.5, 2, -1], [true, false, true, false]],
    ["positive_integer", c.positive_integer, [0, 1], [false, true]],
    ["less_than", c.less_than(1), [0, 1], [true, false]],
    ["interval", c.interval(0, tensor(1)), [0, 1, 1.5], [true, true, false]],
    ["half_open_interval", c.half_open_interval(0, 1), [0, 1], [true, false]],
    ["integer_interval", c.integer_interval(0, 2), [0, 2, 3, 0.5], [true, true, false, false]],
    [
      "one_hot",
      c.one_hot,
      [
        [0, 1, 0],
        [1, 1, 0],
      ],
      [true, false],
    ],
    [
      "simplex",
      c.simplex,
      [
        [0.5, 0.5],
        [0.5, 0.6],
        [-0.5, 1.5],
      ],
      [true, false, false],
    ],
    [
      "multinomial",
      c.multinomial(2),
      [
        [1, 1],
        [2, 1],
      ],
      [true, false],
    ],
    [
      "real_vector",
      c.real_vector,
      [
        [1, nan],
        [1, 2],
      ],
      [false, true],
    ],
    [
      "lower_triangular",
      c.lower_triangular,
      [
        [1, 0],
        [1, -1],
      ],
      true,
    ],
    [
      "lower_cholesky",
      c.lower_cholesky,
      [
        [1, 0],
        [1, -1],
      ],
      false,
    ],
    [
      "corr_cholesky",
      c.corr_cholesky,
      [
        [1, 0],
        [0.6, 0.8],
      ],
      true,
    ],
    ["square", c.square, [[1, 0]], false],
    [
      "symmetric",
      c.symmetric,
      [
        [1, 2],
        [2, 1],
      ],
      true,
    ],
    [
      "positive_semidefinite",
      c.positive_semidefinite,
      [
        [1, 1],
        [1, 1],
      ],
      true,
    ],
    [
      "positive_definite",
      c.positive_definite,
      [
        [1, 2],
        [2, 1],
      ],
      false,
    ],
    ["cat", c.cat([c.positive, c.real], 0, [1, 2]), [-1, -1, 2], [false, true, true]],
    ["stack", c.stack([c.positive, c.real]), [-1, -1], [false, true]],
  ] as const)("%s", (_, constraint, value, want) => {
    expect(constraint.check(tensor(value as unknown as number[])).tolist()).toEqual(want);
  });

  it("print as PyTorch's", () => {
    expect(String(c.positive)).toBe("GreaterThan(lower_bound=0.0)");
    expect(String(c.unit_interval)).toBe("Interval(lower_bound=0.0, upper_bound=1.0)");
    expect(String(c.integer_interval(0, tensor(3.0)))).toBe("IntegerInterval(lower_bound=0, upper_bound=3.0)");
    expect(String(c.independent(c.real, 1))).toBe("IndependentConstraint(Real(), 1)");
    expect(String(c.simplex)).toBe("Simplex()");
  });

  it("know their events", () => {
    expect(c.real_vector.event_dim).toBe(1);
    expect(c.positive_definite.event_dim).toBe(2);
    expect(c.stack([c.real, c.real], -1).event_dim).toBe(1);
    expect(c.multinomial(3).is_discrete).toBe(true);
  });

  it("may depend on other variables", () => {
    expect(c.is_dependent(c.dependent)).toBe(true);
    const known = c.dependent({ event_dim: 2 });
    expect(known.event_dim).toBe(2);
    expect(() => known.is_discrete).toThrow(".is_discrete cannot be determined statically");
    expect(() => c.dependent.check(ones(1))).toThrow("Cannot determine validity of dependent constraint");
  });
});

describe("biject_to and transform_to", () => {
  it.each(
    [
      c.real,
      c.positive,
      c.nonnegative,
      c.greater_than(2),
      c.less_than(-1),
      c.unit_interval,
      c.interval(-2, 3),
      c.real_vector,
      c.independent(c.half_open_interval(0, tensor(2.0)), 1),
      c.cat([c.positive, c.unit_interval, c.real]),
    ].map((constraint) => [String(constraint), constraint] as const),
  )("reach %s and come back", (_, constraint) => {
    const x = tensor([-1.5, 0.25, 1.0]);
    for (const registry of [biject_to, transform_to]) {
      const t = registry(constraint);
      const y = t(x);
      expect(constraint.check(y).all().item()).toBe(true);
      expect(t.inv(y).sub(x).abs().max().item()).toBeLessThan(1e-5);
    }
  });

  it("differ for the simplex", () => {
    expect(biject_to(c.simplex)(zeros(2)).shape).toEqual([3]);
    expect(transform_to(c.simplex)(zeros(2)).tolist()).toEqual([0.5, 0.5]);
    expect(transform_to(c.lower_cholesky)(zeros(2, 2)).equal(eye(2))).toBe(true);
    expect(biject_to(c.corr_cholesky)(zeros(1)).equal(eye(2))).toBe(true);
    expect(() => biject_to(c.lower_cholesky)).toThrow("Cannot transform LowerCholesky constraints");
  });

  it("take constraints, their classes and their makers", () => {
    const own = new ConstraintRegistry();
    own.register(c.greater_than, () => new ExpTransform());
    expect(String(own(c.greater_than(3)))).toBe("ExpTransform()");
    own.register(c.simplex, () => new ExpTransform());
    expect(String(own(c.simplex))).toBe("ExpTransform()");
    expect(() => own.register(Array as never, () => new ExpTransform())).toThrow(
      "Expected constraint to be either a Constraint subclass or instance",
    );
  });
});
