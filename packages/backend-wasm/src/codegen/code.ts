import { I32, type MathImport, signed, unsigned, V128 } from "./encode.ts";

/** A local variable of 128 bits: lanes of numbers, or of masks (all bits of a lane set, or none). */
export type Lanes = number & { readonly lanes: true };

/** Scalar instructions. */
export const SCALAR = {
  i32: { splat: 0x11, extract: 0x1b, replace: 0x1c, shl: 0x74, shr: 0x75 },
  i64: { splat: 0x12, extract: 0x1d, replace: 0x1e, shl: 0x86, shr: 0x87 },
  f32: { splat: 0x13, extract: 0x1f, replace: 0x20 },
  f64: { splat: 0x14, extract: 0x21, replace: 0x22 },
} as const;

export type ScalarType = keyof typeof SCALAR;

/**
 * Writes straight-line SIMD code: every operation puts its result into a local of its own, which the engine's compiler
 * turns into registers.
 */
export class Code {
  bytes: number[] = [];
  /** Types of the locals after the parameters. */
  readonly types: number[] = [];
  /** Whether fused multiply-add may be used. */
  readonly relaxed: boolean;
  readonly imports: MathImport[] = [];
  /** Code that runs once, before the loops. */
  readonly prologue: number[] = [];
  /** Whether the code traps where integers are divided by zero. */
  traps = false;
  private readonly parameters: number;
  private readonly constants = new Map<string, Lanes>();

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
    if (value === 0) return;
    this.get(local);
    this.integer(value);
    this.emit(0x6a);
    this.set(local);
  }

  /** local += other */
  advanceBy(local: number, other: number): void {
    this.get(local);
    this.get(other);
    this.emit(0x6a);
    this.set(local);
  }

  copy(to: number, from: number): void {
    this.get(from);
    this.set(to);
  }

  /** The operation's result on vectors. */
  op(opcode: number, ...args: Lanes[]): Lanes {
    for (const arg of args) this.get(arg);
    this.simd(opcode);
    return this.result();
  }

  /** Takes the vector on the stack. */
  result(): Lanes {
    const local = this.lanes();
    this.set(local);
    return local;
  }

  /** 32 bits in all lanes. */
  splat32(bits: number): Lanes {
    return this.constant(bits, bits, bits, bits);
  }

  /** 64 bits in both lanes. */
  splat64(low: number, high: number): Lanes {
    return this.constant(low, high, low, high);
  }

  /** Four words, loaded once. */
  private constant(...words: [number, number, number, number]): Lanes {
    const key = words.join();
    let found = this.constants.get(key);
    if (found === undefined) {
      found = this.lanes();
      this.constants.set(key, found);
      const bytes = words.flatMap((w) => [w & 255, (w >> 8) & 255, (w >> 16) & 255, (w >> 24) & 255]);
      this.prologue.push(0xfd, 0x0c, ...bytes, 0x21, ...unsigned(found));
    }
    return found;
  }

  zero(): Lanes {
    return this.splat32(0);
  }

  /** A number to give to {@link forget}. */
  get mark(): number {
    return this.types.length;
  }

  /**
   * Clears the vectors made since `mark`, constants apart: what stands in a local at the end of a loop's body is a value of the
   * next round for V8, which then does not join pairs of operations to 256-bit ones ("turbo").
   */
  forget(mark: number): void {
    const constants = new Set<number>(this.constants.values());
    const blank = this.zero();
    for (let k = mark; k < this.types.length; k++) {
      const local = this.parameters + k;
      if (this.types[k] === V128 && !constants.has(local) && local !== blank) this.copy(local, blank);
    }
  }

  and(a: Lanes, b: Lanes): Lanes {
    return this.op(0x4e, a, b);
  }

  /** a & ~b */
  andnot(a: Lanes, b: Lanes): Lanes {
    return this.op(0x4f, a, b);
  }

  or(a: Lanes, b: Lanes): Lanes {
    return this.op(0x50, a, b);
  }

  xor(a: Lanes, b: Lanes): Lanes {
    return this.op(0x51, a, b);
  }

  not(a: Lanes): Lanes {
    return this.op(0x4d, a);
  }

  /** Bits of `a` where the mask is set, else of `b`. */
  select(mask: Lanes, a: Lanes, b: Lanes): Lanes {
    return this.op(0x52, a, b, mask);
  }

  /** Lanes of `width` bytes, counted through `a` and then `b`. */
  shuffle(a: Lanes, b: Lanes, width: number, lanes: readonly number[]): Lanes {
    this.get(a);
    this.get(b);
    this.simd(0x0d);
    for (const lane of lanes) for (let i = 0; i < width; i++) this.emit(lane * width + i);
    return this.result();
  }

  /** The upper half in the lower one. */
  upper(a: Lanes): Lanes {
    return this.shuffle(a, a, 8, [1, 1]);
  }

  /** The low halves of both. */
  joinLow(a: Lanes, b: Lanes): Lanes {
    return this.shuffle(a, b, 8, [0, 2]);
  }

  /** Pushes whether any bit is set. */
  anyTrue(a: Lanes): void {
    this.get(a);
    this.simd(0x53);
  }

  extract(type: ScalarType, a: Lanes, lane: number): void {
    this.get(a);
    this.simd(SCALAR[type].extract);
    this.emit(lane);
  }

  /**
   * Lane by lane: `body` pushes a scalar of type `to` for the lane.
   * @param count - lanes to fill, from the first
   */
  perLane(to: ScalarType, count: number, body: (lane: number) => void): Lanes {
    const out = this.lanes();
    for (let lane = 0; lane < count; lane++) {
      if (lane > 0) this.get(out);
      body(lane);
      if (lane === 0) this.simd(SCALAR[to].splat);
      else {
        this.simd(SCALAR[to].replace);
        this.emit(lane);
      }
      this.set(out);
    }
    return out;
  }

  /** Calls Math's function on the doubles on the stack. */
  call(name: string, arity: number): void {
    let index = this.imports.findIndex((item) => item.name === name);
    if (index < 0) index = this.imports.push({ name, arity }) - 1;
    this.emit(0x10, ...unsigned(index));
  }

  /** `body` while `condition`, which pushes a truth value, holds. */
  loop(condition: () => void, body: () => void): void {
    this.emit(0x02, 0x40, 0x03, 0x40);
    condition();
    this.emit(0x45, 0x0d, 1);
    body();
    this.emit(0x0c, 0, 0x0b, 0x0b);
  }

  /** `body` if `condition`, which pushes a truth value, holds. */
  when(condition: () => void, body: () => void): void {
    condition();
    this.emit(0x04, 0x40);
    body();
    this.emit(0x0b);
  }

  /** `body` while counter >= least. */
  whileAtLeast(counter: number, least: number, body: () => void): void {
    this.loop(() => {
      this.get(counter);
      this.integer(least);
      this.emit(0x4e);
    }, body);
  }
}
