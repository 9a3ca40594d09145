/** Python's text of floating-point numbers: `{:.4f}`, `{:.4e}` and `repr`. */

/**
 * Python's `'{:.Nf}'.format(x)`: the exact binary value rounded to `digits` (at most 100) decimals, half to even.
 *
 * @example
 * pyFixed(0.03125, 4); // "0.0312"
 * (0.03125).toFixed(4); // "0.0313"
 */
export function pyFixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const magnitude = Math.abs(x);
  let text: string;
  if (magnitude >= 1e21) {
    // toFixed gives up here; such numbers are integers.
    text = BigInt(magnitude).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  } else {
    text = magnitude.toFixed(digits);
    if (isTie(magnitude, digits)) text = roundTieToEven(text);
  }
  return sign(x) + text;
}

/**
 * Python's `'{:.Ne}'.format(x)`: `digits` (at most 100) decimals, half to even, and an exponent of two digits or more.
 *
 * @example
 * pyExponent(123456.79, 4); // "1.2346e+05"
 */
export function pyExponent(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const magnitude = Math.abs(x);
  const [mantissa, exponent] = splitExponent(magnitude.toExponential(digits));
  const text = isTie(magnitude, digits - exponent) ? roundTieToEven(mantissa) : mantissa;
  return sign(x) + text + exponentText(exponent);
}

/**
 * Python's `repr` of the float `x`, which JavaScript cannot tell from an integer when it is integral.
 *
 * @example
 * pyFloat(2); // "2.0"
 * pyFloat(0.00001); // "1e-05"
 */
export function pyFloat(x: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const [mantissa, exponent] = splitExponent(Math.abs(x).toExponential());
  if (exponent < -4 || exponent >= 16) return sign(x) + mantissa + exponentText(exponent);
  const text = String(Math.abs(x));
  return sign(x) + (text.includes(".") ? text : `${text}.0`);
}

function nonFinite(x: number): string {
  return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

function sign(x: number): string {
  return x < 0 || Object.is(x, -0) ? "-" : "";
}

function splitExponent(text: string): [mantissa: string, exponent: number] {
  const e = text.indexOf("e");
  return [text.slice(0, e), Number(text.slice(e + 1))];
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Whether `magnitude` lies halfway between two numbers of `places` decimals (negative: before the point). */
function isTie(magnitude: number, places: number): boolean {
  if (places >= 0) {
    // x 10^p = k + 1/2 exactly when x 2^(p+1) is an odd integer, and that product is exact.
    return (magnitude * 2 ** (places + 1)) % 2 === 1;
  }
  if (!Number.isInteger(magnitude)) return false;
  const unit = 10n ** BigInt(-places);
  return (BigInt(magnitude) % unit) * 2n === unit;
}

/** JavaScript rounds ties up, so that an odd last digit is one too large; it never borrows. */
function roundTieToEven(digits: string): string {
  const last = Number(digits.at(-1));
  return last % 2 === 1 ? digits.slice(0, -1) + String(last - 1) : digits;
}
