// @ts-nocheck: the package is installed when the benchmark runs.
// @boundaries-ignore installed when the benchmark runs
import * as jax from "@jax-js/jax";
import { type Contender, MLP, numbers, sizeOf } from "../contender.ts";
import { ELEMENTS } from "../workloads.ts";

const { numpy: np, nn, valueAndGrad, jit } = jax;

async function open(): Promise<Contender> {
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
  const random = (...shape) => np.array(numbers(shape.reduce((a, b) => a * b, 1))).reshape(shape);
  /** Arrays are given away when they are passed on; results are kept until they are waited for, so that none is left out. */
  const timed = (f, ...args) => {
    let made = [];
    return {
      run: () => void made.push(f(...args.map((arg) => arg.ref))),
      finish: async () => {
        await jax.blockUntilReady(made);
        made.forEach((one) => one.dispose());
        made = [];
      },
    };
  };
  return {
    info: "jax-js",
    setup(id) {
      if (id.startsWith("gpu.matmul")) {
        const n = sizeOf(id);
        const dtype = id.endsWith("f16") ? np.float16 : np.float32;
        return timed(
          jit((a, b) => np.matmul(a, b)),
          random(n, n).astype(dtype),
          random(n, n).astype(dtype),
        );
      }
      if (id === "gpu.ew.add")
        return timed(
          jit((a, b) => a.add(b)),
          random(ELEMENTS),
          random(ELEMENTS),
        );
      if (id === "gpu.ew.chain") {
        return timed(
          jit((a, b) => nn.gelu(a.ref, { approximate: false }).mul(b).add(a)),
          random(ELEMENTS),
          random(ELEMENTS),
        );
      }
      if (id === "gpu.sum")
        return timed(
          jit((a) => np.sum(a)),
          random(ELEMENTS),
        );
      if (id !== "gpu.mlp") return null;
      const { batch, widths } = MLP;
      let params = widths.slice(1).map((out, k) => ({ w: random(widths[k], out).mul(0.05), b: np.zeros([out]) }));
      const x = random(batch, widths[0]);
      const y = nn.oneHot(np.zeros([batch]).astype(np.int32), widths.at(-1));
      const loss = (layers, data, target) => {
        let h = data;
        layers.forEach(({ w, b }, k) => {
          h = np.matmul(h, w).add(b);
          if (k < layers.length - 1) h = nn.relu(h);
        });
        return np.mean(np.sum(nn.logSoftmax(h).mul(target), -1)).mul(-1);
      };
      const step = jit((layers, data, target) => {
        const [value, grads] = valueAndGrad(loss)(jax.tree.ref(layers), data, target);
        value.dispose();
        return jax.tree.map((p, g) => p.sub(g.mul(0.01)), layers, grads);
      });
      return {
        run: () => {
          params = step(params, x.ref, y.ref);
        },
        finish: () => jax.blockUntilReady(params),
      };
    },
  };
}

globalThis.contender = open();
