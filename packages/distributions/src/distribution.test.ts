import "@tt/autograd";
import { manual_seed, ones, tensor, zeros } from "@tt/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as D from "./index.ts";
import { ExponentialFamily } from "./exp_family.ts";

const { constraints } = D;

/** The entropy that automatic differentiation of the log normalizer gives. */
const bregman = (d: D.ExponentialFamily): number[] => ExponentialFamily.prototype.entropy.call(d).tolist() as number[];

afterEach(() => {
  D.Distribution.set_default_validate_args(true);
  vi.restoreAllMocks();
});

describe("arguments", () => {
  it("go by position or by name", () => {
    expect(String(new D.Normal({ scale: 2, loc: 1 }))).toBe("Normal(loc: 1.0, scale: 2.0)");
    expect(String(new D.Normal(1, { scale: 2 }))).toBe("Normal(loc: 1.0, scale: 2.0)");
    expect(String(new D.StudentT(tensor([3])))).toBe(
      "StudentT(df: tensor([3.]), loc: tensor([0.]), scale: tensor([1.]))",
    );
  });

  it("must exist and be known", () => {
    // @ts-expect-error an unknown name
    expect(() => new D.Normal(0, 1, { validate: true })).toThrow(
      /unexpected keyword argument 'validate' \(valid keyword arguments: loc, scale, validate_args/,
    );
    // @ts-expect-error a missing argument
    expect(() => new D.Normal(0)).toThrow('Normal.__init__() missing 1 required positional arguments: "scale"');
  });

  it("must satisfy their constraints", () => {
    expect(() => new D.Normal(tensor([0, 1]), tensor([1, -1]))).toThrow(
      "Expected parameter scale (Tensor of shape (2,)) of distribution Normal(loc: torch.Size([2]), scale: torch.Size([2])) " +
        "to satisfy the constraint GreaterThan(lower_bound=0.0), but found invalid values:\ntensor([ 1., -1.])",
    );
    expect(() => new D.Bernoulli(1.5)).toThrow(
      "Expected parameter probs (Tensor of shape ()) of distribution Bernoulli(probs: 1.5) to satisfy the constraint " +
        "Interval(lower_bound=0.0, upper_bound=1.0), but found invalid values:\n1.5",
    );
    expect(() => new D.Uniform(1, 1)).toThrow("Uniform is not defined when low>= high");
    expect(() => new D.Geometric(tensor([0, 0.5]))).toThrow(
      "Expected parameter probs (Tensor of shape (2,)) of distribution Geometric(probs: torch.Size([2])) to be positive but found invalid values:\ntensor([0.])",
    );
    expect(() => new D.MultivariateNormal(zeros(2), ones(2, 2))).toThrow(
      "to satisfy the constraint PositiveDefinite()",
    );
  });

  it("are not checked on request", () => {
    expect(new D.Normal(0, -1, { validate_args: false }).scale.item()).toBe(-1);
    D.Distribution.set_default_validate_args(false);
    expect(new D.Normal(0, -1).scale.item()).toBe(-1);
    expect(() => new D.Normal(0, -1, true)).toThrow("Expected parameter scale");
  });

  it("come one of two", () => {
    const text = "Either `probs` or `logits` must be specified, but not both.";
    expect(() => new D.Bernoulli()).toThrow(text);
    expect(() => new D.Categorical(ones(2), ones(2))).toThrow(text);
    expect(() => new D.Categorical(tensor(1))).toThrow("`probs` parameter must be at least one-dimensional.");
    expect(() => new D.MultivariateNormal(zeros(2))).toThrow(
      "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.",
    );
  });
});

describe("values", () => {
  it("must lie in the support", () => {
    expect(() => new D.Exponential(tensor([1])).log_prob(tensor([-1]))).toThrow(
      "Expected value argument (Tensor of shape (1,)) to be within the support (GreaterThanEq(lower_bound=0.0)) of the distribution " +
        "Exponential(rate: tensor([1.])), but found invalid values:\ntensor([-1.])",
    );
    expect(() => new D.Categorical(ones(3)).log_prob(tensor(3))).toThrow(
      "IntegerInterval(lower_bound=0, upper_bound=2)",
    );
    expect(new D.Normal(0, 1).log_prob(tensor(0)).item()).toBeCloseTo(-0.9189385, 6);
  });

  it("must have a fitting shape", () => {
    expect(() => new D.Normal(zeros(3), ones(3)).log_prob(zeros(2))).toThrow(
      "Value is not broadcastable with batch_shape+event_shape: torch.Size([2]) vs torch.Size([3]).",
    );
    expect(() => new D.Dirichlet(ones(3)).log_prob(ones(2))).toThrow(
      "The right-most size of value must match event_shape: torch.Size([2]) vs torch.Size([3]).",
    );
    expect(() => new D.Normal(0, 1).log_prob(0 as never)).toThrow("The value argument to log_prob must be a Tensor");
  });
});

describe("what is not there", () => {
  it("throws NotImplementedError", () => {
    expect(() => new D.Poisson(1).entropy()).toThrow(expect.objectContaining({ name: "NotImplementedError" }));
    expect(() => new D.Bernoulli(0.5).rsample()).toThrow("Bernoulli does not implement rsample");
    expect(() => new D.Independent(new D.Bernoulli(ones(2)), 1).enumerate_support()).toThrow(
      "Enumeration over cartesian product is not implemented",
    );
    expect(() => D.kl_divergence(new D.Normal(0, 1), new D.StudentT(1))).toThrow(
      "No KL(p || q) is implemented for p type Normal and q type StudentT",
    );
  });
});

describe("classes", () => {
  it("tell what instances share", () => {
    expect(D.Normal.support).toBe(constraints.real);
    expect(constraints.is_dependent(D.Uniform.support)).toBe(true);
    expect(D.Normal.has_rsample).toBe(true);
    expect(new D.Categorical(ones(2)).has_enumerate_support).toBe(true);
    expect(D.Gamma.arg_constraints["rate"]).toBe(constraints.positive);
  });

  it("can be derived from", () => {
    class Degenerate extends D.Distribution {
      static override readonly arg_constraints = { at: constraints.positive };
      static override readonly support = constraints.real;
      readonly at: ReturnType<typeof tensor>;
      constructor(at: ReturnType<typeof tensor>) {
        super();
        this.at = at;
        this.init(at.shape);
      }
      override rsample(shape: D.Shape = []): ReturnType<typeof tensor> {
        return this.at.expand(this._extended_shape(shape));
      }
    }
    expect(new Degenerate(tensor([2])).sample([2]).tolist()).toEqual([[2], [2]]);
    expect(() => new Degenerate(tensor([-2]))).toThrow("of distribution Degenerate(at: tensor([-2.]))");
    class Shifted extends D.Normal {}
    expect(new Shifted(0, 1).expand([2])).toBeInstanceOf(Shifted);
  });
});

describe("gradients", () => {
  it("reach parameters through rsample and log_prob, not through sample", () => {
    const loc = tensor([1.0], { requires_grad: true });
    const scale = tensor([2.0], { requires_grad: true });
    manual_seed(0);
    const m = new D.Normal(loc, scale);
    const value = m.rsample();
    value.sum().backward();
    expect(loc.grad!.tolist()).toEqual([1]);
    expect(scale.grad!.item()).toBeCloseTo((value.item() - 1) / 2, 5);
    expect(m.sample().requires_grad).toBe(false);
    const concentration = tensor([0.5, 2.0, 3.0], { requires_grad: true });
    new D.Dirichlet(concentration).log_prob(tensor([0.2, 0.3, 0.5])).backward();
    // log x + digamma(sum) - digamma(concentration)
    expect((concentration.grad!.tolist() as number[]).map((x) => x.toFixed(4))).toEqual([
      "1.9652",
      "-0.0157",
      "-0.0048",
    ]);
    const shape = tensor([3.0], { requires_grad: true });
    const rate = tensor([2.0], { requires_grad: true });
    manual_seed(0);
    new D.Gamma(shape, rate).rsample().sum().backward();
    expect([shape.grad!.item(), rate.grad!.item()].map((x) => x.toFixed(4))).toEqual(["0.7356", "-1.5144"]);
    const drawn = tensor([0.5, 2.0, 3.0], { requires_grad: true });
    manual_seed(0);
    new D.Dirichlet(drawn)
      .rsample()
      .mul(tensor([1, 2, 3]))
      .sum()
      .backward();
    expect((drawn.grad!.tolist() as number[]).map((x) => x.toFixed(4))).toEqual(["-0.0055", "-0.1162", "0.0446"]);
  });

  it("give entropies of exponential families by Bregman divergences", () => {
    const { Bernoulli, ContinuousBernoulli, Exponential, Gamma, Normal } = D;
    for (const d of [
      new Bernoulli(tensor([0.2, 0.7])),
      new Exponential(tensor([0.5, 2])),
      new Gamma(tensor([0.7, 4]), tensor([1, 2])),
      new Normal(tensor([0, 1]), tensor([1, 2])),
      new ContinuousBernoulli(tensor([0.2, 0.7])),
    ]) {
      const want = d.entropy().tolist() as number[];
      bregman(d).forEach((got, i) => expect(got).toBeCloseTo(want[i]!, 4));
    }
  });

  it("give divergences of exponential families, subclasses included", () => {
    class OwnPoisson extends D.Poisson {}
    class OwnGamma extends D.ExponentialFamily {
      readonly own: D.Gamma;
      static override readonly arg_constraints = {};
      constructor(own: D.Gamma) {
        super();
        this.own = own;
        this.init(own.batch_shape);
      }
      override get _natural_params(): ReturnType<typeof tensor>[] {
        return [...this.own._natural_params];
      }
      override _log_normalizer(x: ReturnType<typeof tensor>, y: ReturnType<typeof tensor>): ReturnType<typeof tensor> {
        return this.own._log_normalizer(x, y);
      }
    }
    const [p, q] = [new D.Gamma(tensor([2]), tensor([1.5])), new D.Gamma(tensor([3]), tensor([0.5]))];
    expect(D.kl_divergence(new OwnGamma(p), new OwnGamma(q)).item()).toBeCloseTo(D.kl_divergence(p, q).item(), 4);
    expect(D.kl_divergence(new OwnPoisson(1), new D.Poisson(2)).item()).toBeCloseTo(1 - Math.LN2, 5);
  });
});

describe("register_kl", () => {
  it("prefers the most specific classes and warns of ambiguity", () => {
    class Base extends D.Normal {}
    class Derived extends Base {}
    const one = D.register_kl(Base, Derived)(() => tensor(1));
    const two = D.register_kl(Derived, Base)(() => tensor(2));
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(D.kl_divergence(new Base(0, 1), new Derived(0, 1)).item()).toBe(1);
    expect(warn).not.toHaveBeenCalled();
    expect(D.kl_divergence(new Derived(0, 1), new Derived(0, 1)).item()).toBe(2);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining("Ambiguous kl_divergence(Derived, Derived). Please register_kl(Derived, Derived)"),
    );
    D.register_kl(Derived, Derived)(one);
    expect(D.kl_divergence(new Derived(0, 1), new Derived(0, 1)).item()).toBe(1);
    expect(two().item()).toBe(2);
    expect(() => D.register_kl(Array as never, Base)).toThrow("Expected type_p to be a Distribution subclass");
  });
});

describe("Wishart", () => {
  it("wants enough degrees of freedom", () => {
    expect(() => new D.Wishart(1, { scale_tril: ones(2, 2).tril() })).toThrow(
      "Value of df=1 expected to be greater than ndim - 1 = 1.",
    );
  });
});
