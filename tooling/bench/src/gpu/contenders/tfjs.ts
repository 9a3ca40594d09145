// @ts-nocheck: the packages are installed when the benchmark runs.
// They register themselves.
// oxlint-disable import/no-unassigned-import
// @boundaries-ignore installed when the benchmark runs
import "@tensorflow/tfjs-backend-webgpu";
// @boundaries-ignore installed when the benchmark runs
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
// @boundaries-ignore installed when the benchmark runs
import * as tf from "@tensorflow/tfjs-core";
import { type Contender, MLP, numbers, sizeOf } from "../contender.ts";
import { ELEMENTS } from "../workloads.ts";

async function open(): Promise<Contender> {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TF.js has no WebGPU here");
  await tf.ready();
  const random = (...shape) => tf.tensor(numbers(shape.reduce((a, b) => a * b, 1)), shape);
  const timed = (f) => {
    let last = null;
    return {
      run: () => {
        last?.dispose();
        last = f();
      },
      // One element of what depends on all the work.
      finish: async () => {
        const part = tf.slice(tf.reshape(last, [-1]), 0, 1);
        await part.data();
      },
    };
  };
  return {
    info: `TF.js ${tf.version_core}`,
    setup(id) {
      if (id.startsWith("gpu.matmul")) {
        if (id.endsWith("f16")) return null;
        const n = sizeOf(id);
        const [a, b] = [random(n, n), random(n, n)];
        return timed(() => tf.matMul(a, b));
      }
      if (id.startsWith("gpu.ew") || id === "gpu.sum") {
        const [a, b] = [random(ELEMENTS), random(ELEMENTS)];
        if (id === "gpu.sum") return timed(() => tf.sum(a));
        if (id === "gpu.ew.add") return timed(() => tf.add(a, b));
        return timed(() =>
          tf.tidy(() => {
            const gelu = tf.mul(tf.mul(a, 0.5), tf.add(tf.erf(tf.mul(a, Math.SQRT1_2)), 1));
            return tf.add(tf.mul(gelu, b), a);
          }),
        );
      }
      if (id !== "gpu.mlp") return null;
      const { batch, widths } = MLP;
      const layers = widths
        .slice(1)
        .map((out, k) => [tf.variable(tf.mul(random(widths[k], out), 0.05)), tf.variable(tf.zeros([out]))]);
      const x = random(batch, widths[0]);
      const y = tf.oneHot(tf.zeros([batch], "int32"), widths.at(-1));
      const optimizer = tf.train.sgd(0.01);
      const loss = () => {
        let h = x;
        layers.forEach(([w, b], k) => {
          h = tf.add(tf.matMul(h, w), b);
          if (k < layers.length - 1) h = tf.relu(h);
        });
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(h), y), -1)));
      };
      return timed(() => optimizer.minimize(loss, true, layers.flat()));
    },
  };
}

globalThis.contender = open();
