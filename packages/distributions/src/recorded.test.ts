import { full_like, manual_seed, type Tensor } from "@tt/core";
import { describe, expect, it } from "vitest";
import { difference, distribution, recorded, type RecordedDistribution } from "../test/recorded.ts";
import { kl_divergence } from "./index.ts";

const title = (name: string, kwargs: object): string => `${name}(${Object.keys(kwargs).join(", ")})`;

function checkAll(one: RecordedDistribution): void {
  const made = distribution(one.name, one.kwargs);
  // Parameters computed on demand show once they are there.
  expect(made.toString()).toBe(one["repr"]);
  const checks: Record<string, string | null> = {};
  const check = (what: string, got: () => unknown): void => {
    if (what in one) checks[what] = difference(got(), one[what]);
  };
  manual_seed(3);
  const sample = made.sample([3]);
  check("sample", () => sample);
  manual_seed(3);
  check("rsample", () => made.rsample([2]));
  check("log_prob", () => made.log_prob(sample));
  for (const name of ["mean", "mode", "variance", "stddev"] as const) check(name, () => made[name]);
  for (const name of ["entropy", "perplexity"] as const) check(name, () => made[name]());
  check("cdf", () => made.cdf(sample));
  check("icdf", () => made.icdf(full_like(sample, 0.3)));
  check("enumerate_support", () => made.enumerate_support());
  if ("enumerate_shape" in one) expect(made.enumerate_support({ expand: false }).shape).toEqual(one["enumerate_shape"]);
  expect(Object.entries(checks).filter(([, wrong]) => wrong !== null)).toEqual([]);
  expect(made.batch_shape).toEqual(one["batch_shape"]);
  expect(made.event_shape).toEqual(one["event_shape"]);
  expect(made.has_rsample).toBe("rsample" in one);
}

describe("distributions give what PyTorch gives", () => {
  it.each(recorded.distributions.map((one) => [title(one.name, one.kwargs), one] as const))("%s", (_, one) => {
    checkAll(one);
  });

  it.each(recorded.distributions.map((one) => [title(one.name, one.kwargs), one] as const))("%s expanded", (_, one) => {
    const made = distribution(one.name, one.kwargs);
    const expanded = made.expand([2, ...made.batch_shape]);
    expect(expanded.toString()).toBe(one.expanded.repr);
    manual_seed(5);
    const sample: Tensor = expanded.sample();
    expect(difference(sample, one.expanded.sample)).toBeNull();
    expect(difference(expanded.log_prob(sample), one.expanded.log_prob)).toBeNull();
    expect(expanded.constructor).toBe(made.constructor);
  });
});

describe("kl_divergence gives what PyTorch gives", () => {
  it.each(recorded.divergences.map((one) => [`${one.p}, ${one.q}`, one] as const))("%s", (_, one) => {
    const got = kl_divergence(distribution(one.p, one.a), distribution(one.q, one.b));
    expect(difference(got, one.kl)).toBeNull();
  });
});
