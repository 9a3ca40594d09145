/** (k) A small DCGAN on 16 x 16 discs: detach for D, requires_grad switched off for G's turn. */

import * as torch from "@tt/torch";
import { type Run, runIfMain, total_norm } from "./common.ts";

const { nn } = torch;

export const options = { steps: 60 };

/** Discs of random place and radius with a soft rim, in [-1, 1]. */
function discs(count: number): torch.Tensor {
  const place = torch.rand(count, 2, 1, 1).mul(6).add(5);
  const radius = torch.rand(count, 1, 1).mul(3).add(2);
  const axis = torch.arange(16).add(0.5);
  const dy = axis.view(1, 16, 1).sub(place.at(":", 0));
  const dx = axis.view(1, 1, 16).sub(place.at(":", 1));
  const level = radius
    .add(0.5)
    .sub(torch.sqrt(dx.mul(dx).add(dy.mul(dy))))
    .clamp(0, 1);
  return level.mul(2).sub(1).unsqueeze(1);
}

function init(module: torch.nn.Module): void {
  if (module instanceof nn.Conv2d || module instanceof nn.ConvTranspose2d) {
    nn.init.normal_(module.weight, 0, 0.02);
  } else if (module instanceof nn.BatchNorm2d) {
    nn.init.normal_(module.weight!, 1, 0.02);
    nn.init.zeros_(module.bias!);
  }
}

const gradients = (net: torch.nn.Module): number => total_norm([...net.parameters()].map((p) => p.grad!));

export async function main(run: Run<typeof options>): Promise<void> {
  const bias = false;
  const G = new nn.Sequential(
    new nn.ConvTranspose2d(16, 64, 4, 1, 0, { bias }),
    new nn.BatchNorm2d(64),
    new nn.ReLU(true),
    new nn.ConvTranspose2d(64, 32, 4, 2, 1, { bias }),
    new nn.BatchNorm2d(32),
    new nn.ReLU(true),
    new nn.ConvTranspose2d(32, 1, 4, 2, 1, { bias }),
    new nn.Tanh(),
  );
  const D = new nn.Sequential(
    new nn.Conv2d(1, 32, 4, 2, 1, { bias }),
    new nn.LeakyReLU(0.2, { inplace: true }),
    new nn.Conv2d(32, 64, 4, 2, 1, { bias }),
    new nn.BatchNorm2d(64),
    new nn.LeakyReLU(0.2, { inplace: true }),
    new nn.Conv2d(64, 1, 4, 1, 0, { bias }),
    new nn.Sigmoid(),
    new nn.Flatten(0),
  );
  G.apply(init);
  D.apply(init);
  run.prepare(G);
  run.prepare(D);
  run.emit_init(G, "init.G");
  run.emit_init(D, "init.D");
  const criterion = new nn.BCELoss();
  const opt_d = new torch.optim.Adam(D.parameters(), { lr: 2e-4, betas: [0.5, 0.999] });
  const opt_g = new torch.optim.Adam(G.parameters(), { lr: 2e-4, betas: [0.5, 0.999] });
  const fixed = run.cast(torch.rand(4, 16, 1, 1).mul(2).sub(1));

  const [d_losses, g_losses, d_real, d_fake]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < run.args.steps; i++) {
    const real = run.cast(discs(32));
    const noise = run.cast(torch.rand(32, 16, 1, 1).mul(2).sub(1));
    const [ones, zeros] = [torch.ones, torch.zeros].map((full) => run.cast(full(32))) as [torch.Tensor, torch.Tensor];

    D.zero_grad();
    const score: torch.Tensor = D(real);
    const loss_real = criterion(score, ones);
    loss_real.backward();
    const fake: torch.Tensor = G(noise);
    const score_fake: torch.Tensor = D(fake.detach());
    const loss_fake = criterion(score_fake, zeros);
    loss_fake.backward();
    if (i === 0) {
      run.emit("real_mean", real.double().mean());
      run.emit(
        "G untouched by D's turn",
        [...G.parameters()].every((p) => p.grad === null),
      );
      run.emit("D_grad_norm", gradients(D));
    }
    opt_d.step();

    for (const p of D.parameters()) p.requires_grad_(false);
    const before = gradients(D);
    G.zero_grad();
    const loss_g = criterion(D(fake), ones);
    loss_g.backward();
    if (i === 0) {
      run.emit("D untouched by G's turn", before === gradients(D));
      run.emit("G_grad_norm", gradients(G));
    }
    opt_g.step();
    for (const p of D.parameters()) p.requires_grad_(true);

    d_losses.push(loss_real.add(loss_fake).item());
    g_losses.push(loss_g.item());
    d_real.push(score.mean().item());
    d_fake.push(score_fake.mean().item());
  }
  run.emit("d_losses", d_losses);
  run.emit("g_losses", g_losses);
  run.emit("d_real", d_real);
  run.emit("d_fake", d_fake);
  G.eval();
  const images: torch.Tensor = torch.no_grad(() => G(fixed));
  run.emit("image_shape", images.shape);
  run.emit("image_mean", images.double().mean());
  run.emit("image_row", images.at(0, 0, 8));
}

await runIfMain(import.meta.url, "k_dcgan", main, options);
