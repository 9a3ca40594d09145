import { describe, expect, it } from "vitest";
import { DTYPES, type DType, type TypedArray, bool, readElement, toComplex, writeElement } from "../../dtype/index.ts";
import { NotImplementedError } from "../../errors.ts";
import { BUILTINS, type BuiltinName, builtin, kindOf, parseExpr } from "../../expr/index.ts";
import { Kernel } from "./kernel.ts";
import { CONSTANT } from "./loop.ts";

const VALUES = [0, -0, 1, -1, 2, 3, -3, 0.5, -0.75, 1.5, 2.5, 7, 30, -20, 100, 1e-3, 50, Infinity, -Infinity, NaN];

function samples(dtype: DType, shift: number): TypedArray {
  const n = VALUES.length ** 2;
  const array = new dtype.ArrayType(n * dtype.lanes);
  for (let i = 0; i < n; i++) {
    const at = shift === 0 ? i : Math.floor(i / VALUES.length);
    let value = VALUES[at % VALUES.length]!;
    if (dtype.category < 2) value = Number.isFinite(value) ? Math.trunc(value) : 5;
    if (dtype.lanes === 2) {
      (array as Float64Array)[2 * i] = value;
      (array as Float64Array)[2 * i + 1] = VALUES[(i * 7 + shift) % VALUES.length]!;
    } else writeElement(array, dtype, i, value);
  }
  return array;
}

/** Runs a kernel over both sample arrays, or tells why it cannot. */
function run(
  text: string,
  compute: DType,
  out: DType,
  inputs: readonly DType[],
  generate: boolean,
): unknown[] | string {
  const program = parseExpr(text);
  const kernel = new Kernel(
    program,
    compute,
    out,
    inputs.slice(0, program.operands).map((dtype) => dtype.id),
    generate,
  );
  const n = VALUES.length ** 2;
  const array = new out.ArrayType(n * out.lanes);
  const slots = inputs.slice(0, program.operands).flatMap((dtype, k) => [samples(dtype, k), 0]);
  try {
    kernel.contiguous(n, array, 0, ...slots);
    const strided = new out.ArrayType(n * out.lanes);
    const steps = inputs.slice(0, program.operands).flatMap((dtype) => [dtype.lanes * VALUES.length, dtype.lanes]);
    const layout = [VALUES.length, VALUES.length, out.lanes * VALUES.length, out.lanes, ...steps];
    kernel.strided(layout, strided, 0, ...slots);
    expect(strided).toEqual(array);
  } catch (error) {
    if (error instanceof NotImplementedError || (error as Error).message === "ZeroDivisionError")
      return (error as Error).message;
    throw error;
  }
  return Array.from({ length: n }, (_, i) => readElement(array, out, i));
}

describe("generated and interpreted kernels agree", () => {
  it.each(Object.keys(BUILTINS) as BuiltinName[])("%s", (name) => {
    const { arity } = builtin(name);
    const text = arity === 1 ? `${name}(a)` : `${name}(a, b)`;
    for (const compute of DTYPES) {
      const kind = kindOf(parseExpr(text).result, parseExpr(text), compute);
      const out = kind === 0 ? bool : kind === 3 ? toComplex(compute) : compute;
      const inputs = [compute, compute];
      expect(run(text, compute, out, inputs, true)).toEqual(run(text, compute, out, inputs, false));
    }
  });

  it("for every pair of dtypes of an operand and the result", () => {
    for (const from of DTYPES) {
      for (const to of DTYPES) {
        for (const compute of [from, to]) {
          const inputs = [from];
          expect(run("a", compute, to, inputs, true)).toEqual(run("a", compute, to, inputs, false));
        }
      }
    }
  });

  it("in programs with statements, scalars and branches", () => {
    const texts = [
      "x = a * b; y = x + 1; y > 2 ? exp(-y) : x > 0 ? y - x : b",
      "(a > 0) - (a < 0)",
      "a != b && !(a == 0) || isnan(b) ? a : -b",
      "xor(a > 0, b > 0) ? 1 : 0",
    ];
    for (const text of texts) {
      for (const compute of DTYPES.filter((dtype) => dtype.category === 2)) {
        const inputs = [compute, compute];
        expect(run(text, compute, compute, inputs, true)).toEqual(run(text, compute, compute, inputs, false));
      }
    }
    const complex = "x = a * b; bool(x) ? exp(x) + abs(a) : complex(real(b), 2)";
    for (const compute of DTYPES.filter((dtype) => dtype.category === 3)) {
      const inputs = [compute, compute];
      expect(run(complex, compute, compute, inputs, true)).toEqual(run(complex, compute, compute, inputs, false));
    }
  });
});

describe("Kernel", () => {
  it("takes constants in place of arrays", () => {
    for (const generate of [true, false]) {
      const kernel = new Kernel(parseExpr("a * factor + b"), DTYPES[8]!, DTYPES[8]!, [8, CONSTANT, CONSTANT], generate);
      const out = new Float64Array(5);
      kernel.contiguous(5, out, 0, Float64Array.of(1, 2, 3, 4, 5), 0, 100, 0, 10, 0);
      expect([...out]).toEqual([110, 120, 130, 140, 150]);
    }
  });
});
