import { describe, expect, it, vi } from "vitest";
import { RuntimeError } from "../errors.ts";
import { default_generator, Generator, initial_seed, manual_seed, seed } from "./index.ts";

function words(generator: Generator, n: number): number[] {
  return Array.from({ length: n }, () => generator.random());
}

describe("Generator", () => {
  it("is the reference MT19937", () => {
    const g = new Generator().manual_seed(5489); // the seed of the C++ standard, which gives the 10000th word
    expect(words(g, 10000)[9999]).toBe(4123659995);
  });

  it("starts with PyTorch's default seed", () => {
    expect(new Generator().initial_seed()).toBe(67280421310721);
  });

  it("takes seeds as PyTorch does", () => {
    const g = new Generator();
    expect(g.manual_seed(-5).initial_seed()).toBe(18446744073709551611n);
    expect(g.manual_seed(2n ** 64n - 1n).initial_seed()).toBe(2n ** 64n - 1n);
    expect(g.manual_seed(123n).initial_seed()).toBe(123);
    expect(() => g.manual_seed(2n ** 64n)).toThrow("Overflow when unpacking long");
    expect(() => g.manual_seed(-(2n ** 63n) - 1n)).toThrow(RuntimeError);
    expect(() => g.manual_seed(1.5)).toThrow("manual_seed expected a long, but got float");
    expect(() => g.manual_seed(true as unknown as number)).toThrow("manual_seed expected a long, but got bool");
  });

  it("uses the low 32 bits of the seed", () => {
    expect(words(new Generator().manual_seed(7), 3)).toEqual(words(new Generator().manual_seed(2 ** 32 + 7), 3));
  });

  it("gives the same words singly and at once", () => {
    const at = new Int32Array(1500);
    new Generator().manual_seed(3).words(at, 1500);
    const singly = new Generator().manual_seed(3);
    expect(Array.from(at)).toEqual(Array.from({ length: 1500 }, () => singly.word()));
  });

  it("draws a nondeterministic seed from the system's entropy", () => {
    const entropy = vi.spyOn(globalThis.crypto, "getRandomValues").mockImplementation((array) => {
      (array as unknown as Uint32Array).set([0xffffffff, 5]);
      return array;
    });
    const g = new Generator();
    expect(g.seed()).toBe(0x1fffff * 2 ** 32 + 5);
    expect(g.initial_seed()).toBe(0x1fffff * 2 ** 32 + 5);
    entropy.mockRestore();
  });
});

describe("state", () => {
  it("has PyTorch's layout", () => {
    const g = new Generator().manual_seed(0);
    const view = new DataView(g.get_state().buffer);
    expect(view.byteLength).toBe(5056);
    expect([view.getInt32(8, true), view.getInt32(12, true), view.getUint32(16, true)]).toEqual([1, 1, 0]);
    g.normal();
    const later = new DataView(g.get_state().buffer);
    expect([later.getInt32(8, true), later.getUint32(16, true), later.getInt32(5040, true)]).toEqual([621, 4, 1]);
    expect(later.getFloat64(5024, true)).toBe(g.normal());
  });

  it.each([0, 1, 7, 623, 624, 625, 1248])("continues after %i words", (drawn) => {
    const g = new Generator().manual_seed(11);
    words(g, drawn);
    g.normal();
    const state = g.get_state();
    const other = new Generator().set_state(state);
    expect(other.get_state()).toEqual(state);
    const expected = [g.normal(), ...words(g, 700), g.normal()];
    expect([other.normal(), ...words(other, 700), other.normal()]).toEqual(expected);
  });

  it("restores the state before the first word", () => {
    const g = new Generator().manual_seed(4);
    const state = g.get_state();
    expect(words(new Generator().set_state(state), 2)).toEqual(words(g, 2));
  });

  it("reads the older form", () => {
    const g = new Generator().manual_seed(2);
    const state = g.get_state().slice(0, 5048);
    const view = new DataView(state.buffer);
    view.setFloat64(5016, 0.25, true);
    view.setFloat64(5032, 3, true);
    view.setInt32(5040, 1, true);
    expect(new Generator().set_state(state).normal()).toBeCloseTo(3, 12);
  });

  it("refuses what is no state", () => {
    const g = new Generator();
    expect(() => g.set_state(new Uint8Array(3))).toThrow(
      "Expected either a CPUGeneratorImplStateLegacy of size 5048 or a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3",
    );
    expect(() => g.set_state(new Uint8Array(5056))).toThrow("Invalid mt19937 state");
  });

  it("is copied by clone", () => {
    const g = new Generator().manual_seed(9);
    g.normal();
    const copy = g.clone();
    expect([copy.normal(), copy.random()]).toEqual([g.normal(), g.random()]);
    expect(copy.initial_seed()).toBe(9);
  });
});

describe("default_generator", () => {
  it("seeds itself only when it is used", () => {
    const entropy = vi.spyOn(globalThis.crypto, "getRandomValues");
    const g = Generator.nondeterministic();
    expect(entropy).not.toHaveBeenCalled();
    expect(g.random()).toBe(g.clone().manual_seed(g.initial_seed()).random());
    expect(entropy).toHaveBeenCalledTimes(1);
    expect(Generator.nondeterministic().manual_seed(1).random()).toBe(1791095845);
    expect(entropy).toHaveBeenCalledTimes(1);
    entropy.mockRestore();
  });

  it("is seeded by manual_seed, which truncates", () => {
    expect(manual_seed(1.5)).toBe(default_generator);
    expect(initial_seed()).toBe(1);
    expect(default_generator.random()).toBe(1791095845);
    expect(seed()).toBe(initial_seed());
  });
});
