import { tensor } from "@tt/core";
import { lstsq } from "@tt/core/linalg";

export type Point = readonly [x: number, y: number];

/** Where the pixels of a turned, moved, scaled and sheared picture come from: six numbers of a 2 x 3 matrix. */
export function inverseAffine(center: Point, angle: number, translate: Point, scale: number, shear: Point): number[] {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [turn, sx, sy] = [radians(angle), radians(shear[0]), radians(shear[1])];
  const [cx, cy] = center;
  const [tx, ty] = translate;
  // Turning after shearing after scaling, inverted.
  const a = Math.cos(turn - sy) / Math.cos(sy);
  const b = (-Math.cos(turn - sy) * Math.tan(sx)) / Math.cos(sy) - Math.sin(turn);
  const c = Math.sin(turn - sy) / Math.cos(sy);
  const d = (-Math.sin(turn - sy) * Math.tan(sx)) / Math.cos(sy) + Math.cos(turn);
  const m = [d, -b, 0, -c, a, 0].map((x) => x / scale) as [number, number, number, number, number, number];
  m[2] += m[0] * (-cx - tx) + m[1] * (-cy - ty) + cx;
  m[5] += m[3] * (-cx - tx) + m[4] * (-cy - ty) + cy;
  return m;
}

/** The eight coefficients of the perspective transform that takes `endpoints` back to `startpoints`. */
export function perspectiveCoefficients(startpoints: readonly Point[], endpoints: readonly Point[]): number[] {
  const rows = endpoints.flatMap(([x, y], i) => {
    const [u, v] = startpoints[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y],
      [0, 0, 0, x, y, 1, -v * x, -v * y],
    ];
  });
  const values = tensor(startpoints.flat()).view(8, 1);
  const { solution } = lstsq(tensor(rows), values, { driver: "gels" });
  return solution.flatten().tolist() as number[];
}
