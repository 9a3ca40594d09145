import type { Kernel, Plan } from "../wgsl/kernel.ts";

/** Plans that are kept. */
const MOST = 4096;

const plans = new Map<string, Plan>();

/** A text for a specification; quicker than JSON, as it is made for every call. */
function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${String(value)},`;
  let text = "";
  for (const key in value) text += textOf((value as Record<string, unknown>)[key]);
  return `${text};`;
}

/** The plan of a template for a specification; the same object each time, which saves writing and comparing its code. */
export function planFor<S>(name: string, spec: S, make: (spec: S) => Plan | Kernel): Plan {
  const key = name + textOf(spec);
  let plan = plans.get(key);
  if (plan === undefined) {
    const made = make(spec);
    plan = "kernels" in made ? made : { kernels: [made] };
    if (plans.size >= MOST) plans.clear();
    plans.set(key, plan);
  }
  return plan;
}
