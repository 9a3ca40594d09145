import { expect, it } from "vitest";
import { planOf } from "./plan.ts";

function direct(re: Float64Array, im: Float64Array): [number[], number[]] {
  const n = re.length;
  const out: [number[], number[]] = [[], []];
  for (let k = 0; k < n; k++) {
    let [a, b] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      a += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      b += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
    out[0].push(a);
    out[1].push(b);
  }
  return out;
}

it.each([1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 30, 31, 37, 49, 60, 64, 74, 97, 128, 210, 251])("length %i", (n) => {
  const re = Float64Array.from({ length: n }, (_, i) => Math.sin(1.3 * i + 0.2));
  const im = Float64Array.from({ length: n }, (_, i) => Math.cos(0.7 * i * i));
  const [wantRe, wantIm] = direct(re, im);
  const [x, y] = [re.slice(), im.slice()];
  planOf(n).run(x, y);
  x.forEach((value, i) => expect(value).toBeCloseTo(wantRe[i]!, 10));
  y.forEach((value, i) => expect(value).toBeCloseTo(wantIm[i]!, 10));
  // The inverse exchanges the parts.
  planOf(n).run(y, x);
  x.forEach((value, i) => expect(value / n).toBeCloseTo(re[i]!, 12));
  y.forEach((value, i) => expect(value / n).toBeCloseTo(im[i]!, 12));
});
