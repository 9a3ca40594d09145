import { NotImplementedError, type Tensor } from "@tt/core";
import { pythonTypeName } from "@tt/core/dispatch";
import { Distribution } from "../distribution.ts";

/** A class of distributions. */
export interface DistributionClass<D extends Distribution = Distribution> {
  readonly prototype: D;
  readonly name: string;
}

/** Computes KL(p || q). */
export type Divergence<P extends Distribution = Distribution, Q extends Distribution = Distribution> = (
  p: P,
  q: Q,
) => Tensor;

/** A formula and the classes it is for, subclasses included. */
export interface KlRule {
  readonly p: DistributionClass;
  readonly q: DistributionClass;
  readonly divergence: Divergence<never, never>;
}

/** @internal */
export const rule = <P extends Distribution, Q extends Distribution>(
  p: DistributionClass<P>,
  q: DistributionClass<Q>,
  divergence: Divergence<P, Q>,
): KlRule => ({ p, q, divergence });

type Pair = readonly [DistributionClass, DistributionClass];

const isSubclass = (a: DistributionClass, b: DistributionClass): boolean =>
  a === b || b.prototype.isPrototypeOf(a.prototype);

/** Whether `a` is at least as specific as `b`, the first class counting first. */
function precedes(a: Pair, b: Pair): boolean {
  if (!isSubclass(a[0], b[0])) return false;
  return a[0] !== b[0] || isSubclass(a[1], b[1]);
}

function mostSpecific<T>(items: readonly T[], pairOf: (item: T) => Pair): T {
  return items.reduce((best, item) => {
    const [a, b] = [pairOf(item), pairOf(best)];
    return (a[0] !== b[0] || a[1] !== b[1]) && precedes(a, b) ? item : best;
  });
}

/** Formulas by pairs of classes. */
export class KlRegistry {
  private readonly rules: KlRule[] = [];
  private found: Map<DistributionClass, Map<DistributionClass, Divergence | null>> = new Map();

  constructor(rules: readonly KlRule[]) {
    for (const one of rules) this.add(one);
  }

  add(added: KlRule): void {
    const at = this.rules.findIndex(({ p, q }) => p === added.p && q === added.q);
    if (at < 0) this.rules.push(added);
    else this.rules[at] = added;
    this.found = new Map();
  }

  /** The formula for two distributions. @throws NotImplementedError when there is none */
  find(p: Distribution, q: Distribution): Divergence {
    const [type_p, type_q] = [p.constructor, q.constructor] as unknown as Pair;
    let known = this.found.get(type_p);
    if (known === undefined) this.found.set(type_p, (known = new Map()));
    let divergence = known.get(type_q);
    if (divergence === undefined) known.set(type_q, (divergence = this.dispatch(type_p, type_q)));
    if (divergence === null) {
      throw new NotImplementedError(`No KL(p || q) is implemented for p type ${type_p.name} and q type ${type_q.name}`);
    }
    return divergence;
  }

  /** The most specific match. */
  private dispatch(type_p: DistributionClass, type_q: DistributionClass): Divergence | null {
    const matches = this.rules.filter(({ p, q }) => isSubclass(type_p, p) && isSubclass(type_q, q));
    if (matches.length === 0) return null;
    const left = mostSpecific(matches, ({ p, q }) => [p, q]);
    const right = mostSpecific(matches, ({ p, q }) => [q, p]);
    if (left.divergence !== right.divergence) {
      console.warn(
        `RuntimeWarning: Ambiguous kl_divergence(${type_p.name}, ${type_q.name}). Please register_kl(${left.p.name}, ${right.q.name})`,
      );
    }
    return left.divergence as Divergence;
  }
}

/** @throws TypeError unless `type` is a class of distributions */
export function checkClass(name: string, type: DistributionClass): void {
  if (typeof type !== "function" || !isSubclass(type, Distribution)) {
    throw new TypeError(`Expected ${name} to be a Distribution subclass but got ${pythonTypeName(type)}`);
  }
}
