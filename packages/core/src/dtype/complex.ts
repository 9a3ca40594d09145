/** A complex number, as `item()` and `tolist()` give it and scalar operands accept it. */
export class Complex {
  readonly re: number;
  readonly im: number;

  constructor(re: number, im = 0) {
    this.re = re;
    this.im = im;
  }

  toString(): string {
    const sign = this.im < 0 || Object.is(this.im, -0) ? "-" : "+";
    return `(${this.re}${sign}${Math.abs(this.im)}j)`;
  }
}

/** What may stand for one element. */
export type Scalar = number | bigint | boolean | Complex;
