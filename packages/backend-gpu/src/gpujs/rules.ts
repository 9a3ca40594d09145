import type { BuiltinName } from "@tt/core/dispatch";

/** Code of a function in gpu.js's language; arguments are names or numbers. */
export type Rule = (args: readonly string[]) => string;

const infix =
  (op: string): Rule =>
  ([a, b]) =>
    `(${a} ${op} ${b})`;
const math =
  (name: string): Rule =>
  (args) =>
    `Math.${name}(${args.join(", ")})`;
const call =
  (name: string): Rule =>
  (args) =>
    `${name}(${args.join(", ")})`;

/** On numbers. Comparisons give truth values, everything else numbers. */
export const NUMBER_RULES: Partial<Record<BuiltinName, Rule>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  neg: ([a]) => `(0 - ${a})`,
  lt: infix("<"),
  le: infix("<="),
  gt: infix(">"),
  ge: infix(">="),
  eq: infix("=="),
  ne: infix("!="),
  bool: ([a]) => `(${a} != 0)`,
  abs: math("abs"),
  square: ([a]) => `(${a} * ${a})`,
  relu: call("tt_relu"),
  sign: call("tt_sign"),
  floor: math("floor"),
  ceil: math("ceil"),
  min: call("tt_min"),
  max: call("tt_max"),
  exp: math("exp"),
  log: math("log"),
  sqrt: math("sqrt"),
  rsqrt: ([a]) => `(1 / Math.sqrt(${a}))`,
  reciprocal: ([a]) => `(1 / ${a})`,
  sigmoid: call("tt_sigmoid"),
  tanh: call("tt_tanh"),
  sin: call("tt_sin"),
  cos: call("tt_cos"),
  erf: call("tt_erf"),
};

/** On truth values. */
export const TRUTH_RULES: Partial<Record<BuiltinName, Rule>> = {
  logical_and: infix("&&"),
  logical_or: infix("||"),
  logical_not: ([a]) => `(!${a})`,
  and: infix("&&"),
  or: infix("||"),
  not: ([a]) => `(!${a})`,
  bool: ([a]) => a!,
};

/** Functions that rules call. NaN must come through, which drivers' own `max` and the like do not promise. */
export const LIBRARY: Readonly<Record<string, string>> = {
  tt_relu: "function tt_relu(x) { if (x <= 0) { return 0; } return x; }",
  tt_sign: "function tt_sign(x) { if (x > 0) { return 1; } if (x < 0) { return -1; } return x; }",
  tt_min: "function tt_min(a, b) { if (a != a) { return a; } if (a < b) { return a; } return b; }",
  tt_max: "function tt_max(a, b) { if (a != a) { return a; } if (a > b) { return a; } return b; }",
  tt_sigmoid: "function tt_sigmoid(x) { return 1 / (1 + Math.exp(0 - x)); }",
  tt_tanh: `function tt_tanh(x) {
  const y = Math.abs(x);
  if (y > 9.1) { if (x < 0) { return -1; } return 1; }
  if (y < 0.3) {
    const s = x * x;
    return x + x * s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885)));
  }
  return 1 - 2 / (Math.exp(2 * x) + 1);
}`,
  // Drivers' own are good to 2^-11 only: the distance from the nearest multiple of pi, in three steps, then a polynomial.
  tt_sin: `function tt_sin(x) {
  const k = Math.floor(x * 0.318309886 + 0.5);
  const r = ((x - k * 3.140625) - k * 0.000967502594) - k * 0.000000151208684;
  const s = r * r;
  const v = r + r * s * (-0.166666667 + s * (0.00833333333 + s * (-0.000198412698 + s * (0.00000275573192 - s * 0.0000000250521084))));
  if (k - 2 * Math.floor(k * 0.5) > 0.5) { return 0 - v; }
  return v;
}`,
  tt_cos: `function tt_cos(x) {
  const k = Math.floor(x * 0.318309886) + 0.5;
  const r = ((x - k * 3.140625) - k * 0.000967502594) - k * 0.000000151208684;
  const s = r * r;
  const v = r + r * s * (-0.166666667 + s * (0.00833333333 + s * (-0.000198412698 + s * (0.00000275573192 - s * 0.0000000250521084))));
  if ((k - 0.5) - 2 * Math.floor((k - 0.5) * 0.5) > 0.5) { return v; }
  return 0 - v;
}`,
  // The form of fdlibm's s_erf.c.
  tt_erf: `function tt_erf(x) {
  const y = Math.abs(x);
  if (y < 0.84375) {
    const z = x * x;
    const r = 0.128379167 + z * (-0.325042107 + z * (-0.0284817495 + z * (-0.00577027029 + z * -0.0000237630166)));
    const s = 1 + z * (0.397917223 + z * (0.0650222499 + z * (0.00508130628 + z * (0.000132494738 + z * -0.00000396022827))));
    return x + x * (r / s);
  }
  let e = 1;
  if (y < 1.25) {
    const s = y - 1;
    const p = -0.00236211856 + s * (0.414856118 + s * (-0.372207876 + s * (0.318346619 + s * (-0.110894694 + s * (0.0354783043 + s * -0.00216637559)))));
    const q = 1 + s * (0.106420880 + s * (0.540397917 + s * (0.0718286544 + s * (0.126171219 + s * (0.0136370839 + s * 0.0119844998)))));
    e = 0.845062911 + p / q;
  } else if (y < 6) {
    const s = 1 / (y * y);
    let r = 0;
    if (y < 2.857143) {
      const p = -0.00986494403 + s * (-0.693858572 + s * (-10.5586262 + s * (-62.3753324 + s * (-162.396669 + s * (-184.605093 + s * (-81.2874355 + s * -9.81432934))))));
      const q = 1 + s * (19.6512716 + s * (137.657754 + s * (434.565877 + s * (645.387272 + s * (429.008140 + s * (108.635006 + s * (6.57024977 + s * -0.0604244152)))))));
      r = p / q;
    } else {
      const p = -0.00986494292 + s * (-0.799283237 + s * (-17.7579549 + s * (-160.636385 + s * (-637.566444 + s * (-1025.09513 + s * -483.519192)))));
      const q = 1 + s * (30.3380607 + s * (325.792513 + s * (1536.72958 + s * (3199.85821 + s * (2553.05041 + s * (474.528541 + s * -22.4409524))))));
      r = p / q;
    }
    e = 1 - Math.exp(0 - y * y - 0.5625 + r) / y;
  }
  if (x < 0) { return 0 - e; }
  if (x != x) { return x; }
  return e;
}`,
};
