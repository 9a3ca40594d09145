import { I32, signed, unsigned, V128 } from "./encode.ts";

/** A local variable that holds four lanes: float32 numbers, int32 numbers or masks. */
export type Lanes = number & { readonly lanes: true };

const BINARY = {
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
  and: 0x4e,
  andnot: 0x4f,
  or: 0x50,
  xor: 0x51,
  iadd: 0xae,
  isub: 0xb1,
} as const;
const UNARY = {
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  ceil: 0x67,
  floor: 0x68,
  trunc: 0x69,
  nearest: 0x6a,
  not: 0x4d,
  toFloat: 0xfa,
} as const;
const SHIFT = { shl: 0xab, sar: 0xac } as const;

/**
 * Writes straight-line SIMD code: every operation puts its result into a local of its own, which the engine's compiler
 * turns into registers.
 */
export class Code {
  readonly bytes: number[] = [];
  /** Types of the locals after the parameters. */
  readonly types: number[] = [];
  /** Whether fused multiply-add may be used. */
  readonly relaxed: boolean;
  private readonly parameters: number;
  private readonly constants = new Map<number, Lanes>();
  /** Code that runs once, before the loops. */
  readonly prologue: number[] = [];

  constructor(parameters: number, relaxed: boolean) {
    this.parameters = parameters;
    this.relaxed = relaxed;
  }

  local(type: number): number {
    this.types.push(type);
    return this.parameters + this.types.length - 1;
  }

  counter(): number {
    return this.local(I32);
  }

  lanes(): Lanes {
    return this.local(V128) as Lanes;
  }

  emit(...bytes: number[]): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  get(local: number): void {
    this.emit(0x20, ...unsigned(local));
  }

  set(local: number): void {
    this.emit(0x21, ...unsigned(local));
  }

  simd(opcode: number): void {
    this.emit(0xfd, ...unsigned(opcode));
  }

  integer(value: number): void {
    this.emit(0x41, ...signed(value));
  }

  /** local += value */
  advance(local: number, value: number): void {
    this.get(local);
    this.integer(value);
    this.emit(0x6a);
    this.set(local);
  }

  /** A float32 in all lanes. */
  float(value: number): Lanes {
    return this.bits(new Int32Array(Float32Array.of(value).buffer)[0]!);
  }

  /** 32 bits in all lanes, loaded once. */
  bits(value: number): Lanes {
    let found = this.constants.get(value);
    if (found === undefined) {
      found = this.lanes();
      this.constants.set(value, found);
      const bytes = [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
      this.prologue.push(0xfd, 0x0c, ...bytes, ...bytes, ...bytes, ...bytes, 0x21, ...unsigned(found));
    }
    return found;
  }

  binary(op: keyof typeof BINARY, a: Lanes, b: Lanes): Lanes {
    this.get(a);
    this.get(b);
    this.simd(BINARY[op]);
    return this.result();
  }

  unary(op: keyof typeof UNARY, a: Lanes): Lanes {
    this.get(a);
    this.simd(UNARY[op]);
    return this.result();
  }

  shift(op: keyof typeof SHIFT, a: Lanes, by: number): Lanes {
    this.get(a);
    this.integer(by);
    this.simd(SHIFT[op]);
    return this.result();
  }

  add(a: Lanes, b: Lanes): Lanes {
    return this.binary("add", a, b);
  }

  sub(a: Lanes, b: Lanes): Lanes {
    return this.binary("sub", a, b);
  }

  mul(a: Lanes, b: Lanes): Lanes {
    return this.binary("mul", a, b);
  }

  div(a: Lanes, b: Lanes): Lanes {
    return this.binary("div", a, b);
  }

  /** a * b + c, rounded once where the build allows. */
  madd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    if (!this.relaxed) return this.add(this.mul(a, b), c);
    this.get(a);
    this.get(b);
    this.get(c);
    this.simd(0x105);
    return this.result();
  }

  /** c - a * b */
  nmadd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    if (!this.relaxed) return this.sub(c, this.mul(a, b));
    this.get(a);
    this.get(b);
    this.get(c);
    this.simd(0x106);
    return this.result();
  }

  /** Lanes of `a` where the mask is set, else of `b`. */
  select(mask: Lanes, a: Lanes, b: Lanes): Lanes {
    this.get(a);
    this.get(b);
    this.get(mask);
    this.simd(0x52);
    return this.result();
  }

  /** The polynomial with these coefficients, highest first. */
  polynomial(x: Lanes, coefficients: readonly number[]): Lanes {
    let value = this.float(coefficients[0]!);
    for (let i = 1; i < coefficients.length; i++) value = this.madd(value, x, this.float(coefficients[i]!));
    return value;
  }

  private result(): Lanes {
    const local = this.lanes();
    this.set(local);
    return local;
  }
}
