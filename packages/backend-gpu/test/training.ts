import * as torch from "@tt/core";

/** A few steps of linear regression by hand, on a device: the weights, still there. */
export function fit(device: string): torch.Tensor {
  torch.manual_seed(1);
  const x = torch.randn(64, 3).to(device);
  const y = x.matmul(torch.tensor([[1], [-2], [0.5]]).to(device)).add(0.3);
  let w = torch.zeros(3, 1, { device });
  let b = torch.zeros(1, { device });
  for (let step = 0; step < 60; step++) {
    const error = x.matmul(w).add(b).sub(y);
    w = w.sub(x.t().matmul(error).div(128));
    b = b.sub(error.mean(0).mul(0.5));
  }
  return torch.cat([w.flatten(), b]);
}
