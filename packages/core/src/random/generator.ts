import { CPU, device as asDevice, type Device, type DeviceLike } from "../device.ts";
import { RuntimeError } from "../errors.ts";

const N = 624;
const STATE_BYTES = 5056;
const LEGACY_STATE_BYTES = 5048;
/** What PyTorch gives to generators that nobody seeded. */
const DEFAULT_SEED = 67280421310721n;

/**
 * PyTorch's CPU random number generator: MT19937 (Matsumoto and Nishimura 1998, with the seeding of
 * 2002) and the kept half of a Box-Muller pair. Equal seeds give PyTorch's numbers.
 *
 * Draws for every device come from here, so that results do not depend on the device.
 *
 * @example
 * const g = new Generator().manual_seed(0);
 * g.random(); // 2357136044
 */
export class Generator {
  readonly device: Device;
  private readonly state: Int32Array = new Int32Array(N);
  /** The words that `state` stands for. */
  private readonly block: Int32Array = new Int32Array(N);
  /** Next word of `block`; N asks for a new one. */
  private index: number = N;
  /** No block was made since seeding: PyTorch's state then says next = 0. */
  private fresh: boolean = true;
  private seedValue: bigint = 0n;
  /** Seed from the system's entropy before the first use. */
  private unseeded: boolean = false;
  private keptNormal: number | null = null;
  private keptFloatNormal: number | null = null;

  constructor(device: DeviceLike = CPU) {
    this.device = asDevice(device);
    this.reseed(DEFAULT_SEED);
  }

  /** A generator that seeds itself from the system's entropy when it is first used. @internal */
  static nondeterministic(): Generator {
    const generator = new Generator();
    generator.unseeded = true;
    return generator;
  }

  /**
   * Starts the stream of `seed`, an integer in [-2^63, 2^64); negative ones stand for seed + 2^64.
   * The engine itself uses the low 32 bits only.
   * @throws RuntimeError when `seed` is no integer or out of range
   */
  manual_seed(seed: number | bigint): this {
    if (typeof seed !== "bigint" && !Number.isInteger(seed)) {
      const kind =
        typeof seed === "number"
          ? "float"
          : typeof seed === "boolean"
            ? "bool"
            : typeof seed === "string"
              ? "str"
              : typeof seed;
      throw new RuntimeError(`manual_seed expected a long, but got ${kind}`);
    }
    const value = BigInt(seed);
    if (value < -(2n ** 63n) || value >= 2n ** 64n) throw new RuntimeError("Overflow when unpacking long");
    this.reseed(BigInt.asUintN(64, value));
    return this;
  }

  /** Seeds from the system's entropy and returns the seed, an integer below 2^53. */
  seed(): number {
    const words = globalThis.crypto.getRandomValues(new Uint32Array(2));
    const seed = (words[0]! & 0x1fffff) * 2 ** 32 + words[1]!;
    this.reseed(BigInt(seed));
    return seed;
  }

  /** The seed last given; a bigint when a number cannot hold it. */
  initial_seed(): number | bigint {
    this.ensureSeeded();
    const seed = Number(this.seedValue);
    return Number.isSafeInteger(seed) ? seed : this.seedValue;
  }

  /** The whole state in PyTorch's layout, 5056 bytes, as `torch.get_rng_state` holds it. */
  get_state(): Uint8Array {
    this.ensureSeeded();
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.seedValue, true);
    view.setInt32(8, N + 1 - this.index, true); // words left, counted as the reference code does
    view.setInt32(12, 1, true);
    view.setUint32(16, this.fresh ? 0 : this.index, true);
    for (let i = 0; i < N; i++) view.setInt32(24 + 8 * i, this.state[i]!, true);
    if (this.keptNormal !== null) {
      view.setFloat64(5024, this.keptNormal, true);
      view.setInt32(5040, 1, true);
    }
    if (this.keptFloatNormal !== null) {
      view.setFloat32(5048, this.keptFloatNormal, true);
      view.setUint8(5052, 1);
    }
    return bytes;
  }

  /**
   * Continues from a state of {@link get_state} or of PyTorch (also its older 5048 bytes).
   * @throws RuntimeError when the size or the content is not that of a state
   */
  set_state(bytes: Uint8Array): this {
    if (bytes.length !== STATE_BYTES && bytes.length !== LEGACY_STATE_BYTES) {
      throw new RuntimeError(
        `Expected either a CPUGeneratorImplStateLegacy of size ${LEGACY_STATE_BYTES} or a CPUGeneratorImplState of size ` +
          `${STATE_BYTES} but found the input RNG state size to be ${bytes.length}`,
      );
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const left = view.getInt32(8, true);
    const next = view.getUint32(16, true);
    const seeded = view.getInt32(12, true) !== 0;
    if (!seeded || left < 1 || left > N || (left > 1 && next !== N + 1 - left))
      throw new RuntimeError("Invalid mt19937 state");
    this.unseeded = false;
    this.seedValue = view.getBigUint64(0, true);
    this.index = N + 1 - left;
    this.fresh = next === 0;
    for (let i = 0; i < N; i++) this.state[i] = view.getInt32(24 + 8 * i, true);
    this.temper();
    const kept = view.getInt32(5040, true) !== 0;
    if (bytes.length === LEGACY_STATE_BYTES) {
      // The old form keeps the uniform and the radius that make the normal number.
      this.keptNormal = kept ? view.getFloat64(5032, true) * Math.sin(2 * Math.PI * view.getFloat64(5016, true)) : null;
    } else {
      this.keptNormal = kept ? view.getFloat64(5024, true) : null;
      this.keptFloatNormal = view.getUint8(5052) !== 0 ? view.getFloat32(5048, true) : null;
    }
    return this;
  }

  /** An independent generator in the same state. */
  clone(): Generator {
    return new Generator(this.device).set_state(this.get_state());
  }

  toString(): string {
    return `<torch.Generator device=${this.device}>`;
  }

  /** The next 32-bit word, as a signed integer (cheaper than {@link random} in loops). */
  word(): number {
    if (this.index === N) this.refill();
    return this.block[this.index++]!;
  }

  /** Takes the next `count` words at once, for tight loops over them. */
  words(target: Int32Array, count: number): void {
    let filled = 0;
    while (filled < count) {
      if (this.index === N) this.refill();
      const { block, index } = this;
      const taken = Math.min(N - index, count - filled);
      if (taken < 32) for (let i = 0; i < taken; i++) target[filled + i] = block[index + i]!;
      else target.set(taken === N ? block : block.subarray(index, index + taken), filled);
      filled += taken;
      this.index = index + taken;
    }
  }

  /** The next word, an integer in [0, 2^32). */
  random(): number {
    return this.word() >>> 0;
  }

  /** A float32 in [0, 1): the low 24 bits of a word. */
  float32(): number {
    return (this.word() & 0xffffff) * 2 ** -24;
  }

  /** A float64 in [0, 1): the low 53 bits of a double word, high word first. */
  float64(): number {
    const high = this.word() & 0x1fffff;
    return (high * 2 ** 32 + (this.word() >>> 0)) * 2 ** -53;
  }

  /** A standard normal float64 by Box and Muller (1958); every other call takes the kept sine half. */
  normal(): number {
    const kept = this.keptNormal;
    if (kept !== null) {
      this.keptNormal = null;
      return kept;
    }
    const angle = 2 * Math.PI * this.float64();
    const radius = Math.sqrt(-2 * Math.log(1 - this.float64()));
    this.keptNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  private reseed(seed: bigint): void {
    this.unseeded = false;
    this.seedValue = seed;
    this.keptNormal = null;
    this.keptFloatNormal = null;
    const state = this.state;
    let last = Number(seed & 0xffffffffn) | 0;
    state[0] = last;
    for (let i = 1; i < N; i++) {
      last = (Math.imul(1812433253, last ^ (last >>> 30)) + i) | 0;
      state[i] = last;
    }
    this.index = N;
    this.fresh = true;
  }

  private ensureSeeded(): void {
    if (this.unseeded) this.seed();
  }

  private refill(): void {
    this.ensureSeeded();
    regenerate(this.state);
    this.temper();
    this.index = 0;
    this.fresh = false;
  }

  private temper(): void {
    temper(this.state, this.block);
  }
}

// The two hot loops. Their constants are local, as engines do not fold those of a module, and signed,
// which keeps the arithmetic in 32-bit integers.

function regenerate(s: Int32Array): void {
  const n = 624;
  const m = 397;
  const sign = 0x80000000 | 0;
  const matrix = 0x9908b0df | 0;
  let u = s[0]!;
  for (let i = 0; i < n - m; i++) {
    const v = s[i + 1]!;
    s[i] = s[i + m]! ^ (((u & sign) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & matrix);
    u = v;
  }
  for (let i = n - m; i < n - 1; i++) {
    const v = s[i + 1]!;
    s[i] = s[i + m - n]! ^ (((u & sign) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & matrix);
    u = v;
  }
  const v = s[0]!;
  s[n - 1] = s[m - 1]! ^ (((u & sign) | (v & 0x7fffffff)) >>> 1) ^ (-(v & 1) & matrix);
}

function temper(state: Int32Array, block: Int32Array): void {
  const maskB = 0x9d2c5680 | 0;
  const maskC = 0xefc60000 | 0;
  for (let i = 0; i < 624; i++) {
    let y = state[i]!;
    y ^= y >>> 11;
    y ^= (y << 7) & maskB;
    y ^= (y << 15) & maskC;
    block[i] = y ^ (y >>> 18);
  }
}
