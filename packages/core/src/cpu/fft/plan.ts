/** Largest prime factor that is transformed directly; sizes with larger ones go through Bluestein's algorithm. */
const LARGEST_PRIME = 31;

/** Radices for `n`, fours first, or null when a prime factor is too large. */
function radices(n: number): number[] | null {
  const found: number[] = [];
  let rest = n;
  for (const p of [4, 2, 3, 5]) {
    while (rest % p === 0) {
      found.push(p);
      rest /= p;
    }
  }
  for (let p = 7; rest > 1; p += 2) {
    if (p > LARGEST_PRIME) return null;
    while (rest % p === 0) {
      found.push(p);
      rest /= p;
    }
  }
  return found;
}

/** A discrete Fourier transform of one length, unscaled. */
export interface Plan {
  /** Transforms the first entries of `re` and `im` in place: sum over j of x[j] exp(-2 pi i j k / n). */
  run(re: Float64Array, im: Float64Array): void;
}

const plans = new Map<number, Plan>();

/** The plan for length `n`; kept for the next call. */
export function planOf(n: number): Plan {
  let plan = plans.get(n);
  if (plan === undefined) {
    const factors = radices(n);
    plan = factors === null ? new Bluestein(n) : new Stockham(n, factors);
    if (plans.size >= 64) plans.clear();
    plans.set(n, plan);
  }
  return plan;
}

/** Mixed-radix autosort (Stockham) algorithm; Van Loan, "Computational Frameworks for the FFT", section 1.7. */
class Stockham implements Plan {
  private readonly n: number;
  private readonly factors: readonly number[];
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  constructor(n: number, factors: readonly number[]) {
    this.n = n;
    this.factors = factors;
    this.cos = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
    this.sin = Float64Array.from({ length: n }, (_, i) => -Math.sin((2 * Math.PI * i) / n));
    this.re = new Float64Array(n);
    this.im = new Float64Array(n);
  }

  run(re: Float64Array, im: Float64Array): void {
    let [fromRe, fromIm, toRe, toIm] = [re, im, this.re, this.im];
    let size = 1;
    for (const p of this.factors) {
      if (p === 4) this.stage4(size, fromRe, fromIm, toRe, toIm);
      else if (p === 2) this.stage2(size, fromRe, fromIm, toRe, toIm);
      else this.stage(p, size, fromRe, fromIm, toRe, toIm);
      [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
      size *= p;
    }
    if (fromRe === re) return;
    for (let i = 0; i < this.n; i++) {
      re[i] = fromRe[i]!;
      im[i] = fromIm[i]!;
    }
  }

  private stage2(size: number, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
    const half = this.n / 2;
    const step = half / size;
    for (let j = 0; j < size; j++) {
      const c = this.cos[j * step]!;
      const s = this.sin[j * step]!;
      for (let k = 0; k < step; k++) {
        const at = k * size + j;
        const br = xr[at + half]!;
        const bi = xi[at + half]!;
        const tr = c * br - s * bi;
        const ti = c * bi + s * br;
        const to = 2 * k * size + j;
        yr[to] = xr[at]! + tr;
        yi[to] = xi[at]! + ti;
        yr[to + size] = xr[at]! - tr;
        yi[to + size] = xi[at]! - ti;
      }
    }
  }

  private stage4(size: number, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
    const quarter = this.n / 4;
    const step = quarter / size;
    for (let j = 0; j < size; j++) {
      const w = j * step;
      const [c1, s1] = [this.cos[w]!, this.sin[w]!];
      const [c2, s2] = [this.cos[2 * w]!, this.sin[2 * w]!];
      const [c3, s3] = [this.cos[3 * w]!, this.sin[3 * w]!];
      for (let k = 0; k < step; k++) {
        const a = k * size + j;
        const b = a + quarter;
        const c = b + quarter;
        const d = c + quarter;
        const br = c1 * xr[b]! - s1 * xi[b]!;
        const bi = c1 * xi[b]! + s1 * xr[b]!;
        const cr = c2 * xr[c]! - s2 * xi[c]!;
        const ci = c2 * xi[c]! + s2 * xr[c]!;
        const dr = c3 * xr[d]! - s3 * xi[d]!;
        const di = c3 * xi[d]! + s3 * xr[d]!;
        const pr = xr[a]! + cr;
        const pi = xi[a]! + ci;
        const qr = xr[a]! - cr;
        const qi = xi[a]! - ci;
        const to = 4 * k * size + j;
        yr[to] = pr + (br + dr);
        yi[to] = pi + (bi + di);
        yr[to + size] = qr + (bi - di);
        yi[to + size] = qi - (br - dr);
        yr[to + 2 * size] = pr - (br + dr);
        yi[to + 2 * size] = pi - (bi + di);
        yr[to + 3 * size] = qr - (bi - di);
        yi[to + 3 * size] = qi + (br - dr);
      }
    }
  }

  private stage(p: number, size: number, xr: Float64Array, xi: Float64Array, yr: Float64Array, yi: Float64Array): void {
    const part = this.n / p;
    const step = part / size;
    const tr = new Float64Array(p);
    const ti = new Float64Array(p);
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < step; k++) {
        for (let q = 0; q < p; q++) {
          const at = k * size + j + q * part;
          const c = this.cos[j * q * step]!;
          const s = this.sin[j * q * step]!;
          tr[q] = c * xr[at]! - s * xi[at]!;
          ti[q] = c * xi[at]! + s * xr[at]!;
        }
        for (let r = 0; r < p; r++) {
          let re = tr[0]!;
          let im = ti[0]!;
          for (let q = 1; q < p; q++) {
            const w = ((q * r) % p) * part;
            re += this.cos[w]! * tr[q]! - this.sin[w]! * ti[q]!;
            im += this.cos[w]! * ti[q]! + this.sin[w]! * tr[q]!;
          }
          const to = (k * p + r) * size + j;
          yr[to] = re;
          yi[to] = im;
        }
      }
    }
  }
}

/** Any length as a convolution of a power of two (Bluestein 1970). */
class Bluestein implements Plan {
  private readonly n: number;
  private readonly size: number;
  private readonly inner: Plan;
  /** exp(-pi i k^2 / n) */
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  /** The transform of the conjugate chirp. */
  private readonly chirpRe: Float64Array;
  private readonly chirpIm: Float64Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  constructor(n: number) {
    let size = 1;
    while (size < 2 * n - 1) size *= 2;
    this.n = n;
    this.size = size;
    this.inner = planOf(size);
    this.cos = new Float64Array(n);
    this.sin = new Float64Array(n);
    this.chirpRe = new Float64Array(size);
    this.chirpIm = new Float64Array(size);
    let square = 0;
    for (let k = 0; k < n; k++) {
      // k^2 mod 2n, kept small so that the angle stays exact.
      if (k > 0) square = (square + 2 * k - 1) % (2 * n);
      this.cos[k] = Math.cos((Math.PI * square) / n);
      this.sin[k] = -Math.sin((Math.PI * square) / n);
      this.chirpRe[k] = this.cos[k]!;
      this.chirpIm[k] = -this.sin[k]!;
      if (k > 0) {
        this.chirpRe[size - k] = this.cos[k]!;
        this.chirpIm[size - k] = -this.sin[k]!;
      }
    }
    this.inner.run(this.chirpRe, this.chirpIm);
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
  }

  run(re: Float64Array, im: Float64Array): void {
    const { n, size, cos, sin, chirpRe, chirpIm } = this;
    const ar = this.re.fill(0);
    const ai = this.im.fill(0);
    for (let k = 0; k < n; k++) {
      ar[k] = re[k]! * cos[k]! - im[k]! * sin[k]!;
      ai[k] = im[k]! * cos[k]! + re[k]! * sin[k]!;
    }
    this.inner.run(ar, ai);
    for (let k = 0; k < size; k++) {
      const r = ar[k]! * chirpRe[k]! - ai[k]! * chirpIm[k]!;
      ai[k] = ar[k]! * chirpIm[k]! + ai[k]! * chirpRe[k]!;
      ar[k] = r;
    }
    // The inverse transform is the forward one with the parts exchanged.
    this.inner.run(ai, ar);
    for (let k = 0; k < n; k++) {
      re[k] = (ar[k]! * cos[k]! - ai[k]! * sin[k]!) / size;
      im[k] = (ai[k]! * cos[k]! + ar[k]! * sin[k]!) / size;
    }
  }
}
