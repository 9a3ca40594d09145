import { call } from "../../dispatch/call.ts";
import { defineOp, type Op } from "../../dispatch/op.ts";
import { RuntimeError } from "../../errors.ts";
import { broadcastPair, sameShape } from "../../layout.ts";
import { int64 } from "../../dtype/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { batchOf, checkSameDtype } from "./checks.ts";
import { epsilonOf, pinv, pinvBackward } from "./pinv.ts";
import { singularValues } from "./svd.ts";

const leastSquares: Op = defineOp({
  schema: "_linalg_lstsq(Tensor A, Tensor B, float rcond) -> Tensor",
  doc: "The shortest X that minimises |A X - B|.",
  variants: "internal",
  gradName: "LinalgLstsqBackward0",
  decompose: (a: Tensor, b: Tensor, rcond: number) => pinv(a.detach(), 0, rcond, false).matmul(b.detach()),
  derivative: {
    "A, B": [
      (g: Tensor, needs: readonly boolean[], a: Tensor, b: Tensor) => {
        const inverse = pinv(a, null, null, false);
        const left = needs[0] ? pinvBackward(g.matmul(b.mH), inverse, a) : null;
        return [left, needs[1] ? inverse.mH.matmul(g) : null];
      },
      "A",
      "B",
    ],
  },
});

const DRIVERS = new Set(["gels", "gelsy", "gelsd", "gelss"]);

function check(a: Tensor, b: Tensor, driver: string | null): boolean {
  const fail = (message: string): never => {
    throw new RuntimeError(`torch.linalg.lstsq: ${message}`);
  };
  if (a.ndim < 2) fail("input must have at least 2 dimensions.");
  if (b.ndim < 1) fail("other must have at least 1 dimension.");
  checkSameDtype("torch.linalg.lstsq", a, b);
  const less = a.ndim - b.ndim;
  if (less < 0 || less > 1) {
    fail("input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1");
  }
  const vector = less === 1;
  if (vector ? a.shape.at(-2) !== b.shape.at(-1) : a.shape.at(-2) !== b.shape.at(-2)) {
    fail(vector ? "input.size(-2) should match other.size(-1)" : "input.size(-2) should match other.size(-2)");
  }
  if (driver !== null && !DRIVERS.has(driver)) fail("parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
  return vector;
}

defineOp({
  schema:
    "linalg_lstsq(Tensor A, Tensor B, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)",
  doc: "The shortest X that minimises |A X - B|, with squared residuals, ranks and singular values where the driver has them (else empty).",
  namespace: "linalg",
  variants: "function",
  decompose: (a: Tensor, b: Tensor, rcond: number | null, driver: string | null) => {
    const vector = check(a, b, driver);
    const [m, n] = a.shape.slice(-2) as [number, number];
    const tolerance = rcond === null || rcond < 0 ? epsilonOf(a.dtype) * Math.max(m, n) : rcond;
    const right = vector ? b.unsqueeze(-1) : b;
    const solution = call(leastSquares, [a, right, driver === "gels" ? 0 : tolerance]) as Tensor;
    const batch = sameShape(batchOf(a), batchOf(right)) ? batchOf(a) : broadcastPair(batchOf(a), batchOf(right));
    const s = singularValues(a.detach()).expand([...batch, Math.min(m, n)]);
    const ranks = s.numel() === 0 ? s.new_zeros(batch).long() : s.gt(s.narrow(-1, 0, 1).mul(tolerance)).sum(-1);
    const kind = driver ?? "gelsy";
    const full = kind === "gels" || Boolean(ranks.eq(n).all().item());
    const residuals =
      m > n && kind !== "gelsy" && full
        ? right.detach().sub(a.detach().matmul(solution.detach())).abs().square().sum(-2)
        : s.new_empty([0]);
    return [
      vector ? solution.squeeze(-1) : solution,
      residuals,
      kind === "gels" ? s.new_empty([0]).to(int64) : ranks,
      kind === "gelsd" || kind === "gelss" ? s : s.new_empty([0]),
    ];
  },
});
