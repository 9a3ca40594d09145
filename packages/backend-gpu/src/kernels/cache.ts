import type { Kernel, Plan } from "../wgsl/kernel.ts";

/** Plans that are kept. */
const MOST = 4096;

const plans = new Map<string, Plan>();

/** The plan of a template for a specification; the same object each time, which saves writing and comparing its code. */
export function planFor<S>(name: string, spec: S, make: (spec: S) => Plan | Kernel): Plan {
  const key = name + JSON.stringify(spec);
  let plan = plans.get(key);
  if (plan === undefined) {
    const made = make(spec);
    plan = "kernels" in made ? made : { kernels: [made] };
    if (plans.size >= MOST) plans.clear();
    plans.set(key, plan);
  }
  return plan;
}
