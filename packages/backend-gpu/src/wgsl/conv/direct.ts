import { type Kernel, spread } from "../kernel.ts";
import { ceilDiv, load, main, repeat, store, THREADS, u32 } from "../source.ts";
import {
  biasOperand,
  type ConvSpec,
  coordinates,
  geometryParams,
  pixelReader,
  responseReader,
  tapCoordinates,
  volume,
  windowStart,
} from "./geometry.ts";

/** Depthwise convolutions and others with few channels in a group: a thread for each element of the result. */
export function directForward(spec: ConvSpec): Kernel {
  const {
    type,
    batch,
    outChannels,
    output,
    dilation: [dz, dy, dx],
    kernel: [kz, ky, kx],
  } = spec;
  const count = batch * outChannels * volume(output);
  return {
    name: "conv_direct",
    operands: [load("input", type), load("weight", type), ...biasOperand(spec), store("out", type)],
    params: [...geometryParams(spec), u32("count", count)],
    code: `
${pixelReader(type)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let feature = i / p.positions % p.filters;
  ${coordinates("(i % p.positions)", "p.oh", "p.ow", "_o")}
  let z0 = ${windowStart(spec, 0, "z_o")};
  let y0 = ${windowStart(spec, 1, "y_o")};
  let x0 = ${windowStart(spec, 2, "x_o")};
  let channel0 = i / p.positions / p.filters * p.channels + feature / p.group_filters * p.group_channels;
  var at = feature * p.group_channels * ${kz * ky * kx}u;
  var sum = ${spec.bias ? "bias_load(feature)" : `${type}(0)`};
  for (var channel = 0u; channel < p.group_channels; channel++) {
    let start = (channel0 + channel) * p.image;
    for (var z = 0; z < ${kz}; z++) {
      for (var y = 0; y < ${ky}; y++) {
        for (var x = 0; x < ${kx}; x++) {
          sum += weight_load(at) * pixel(true, start, z0 + z * ${dz}, y0 + y * ${dy}, x0 + x * ${dx});
          at++;
        }
      }
    }
  }
  out_store(i, sum);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/** The gradient for the input, a thread for each of its elements. */
export function directInput(spec: ConvSpec): Kernel {
  const {
    type,
    batch,
    inChannels,
    image,
    dilation: [dz, dy, dx],
    kernel: [kz, ky, kx],
    padding,
  } = spec;
  const count = batch * inChannels * volume(image);
  return {
    name: "conv_input_direct",
    operands: [load("grad", type), load("weight", type), ...biasOperand(spec), store("out", type)],
    params: [...geometryParams(spec), u32("count", count)],
    code: `
${responseReader(spec)}

${main(THREADS)}
  let i = group * ${THREADS}u + thread;
  if (i >= p.count) { return; }
  let channel = i / p.image % p.channels;
  ${coordinates("(i % p.image)", "p.ih", "p.iw", "_i")}
  let z0 = i32(z_i) + ${padding[0]};
  let y0 = i32(y_i) + ${padding[1]};
  let x0 = i32(x_i) + ${padding[2]};
  let first = channel / p.group_channels * p.group_filters;
  let image = i / p.image / p.channels;
  var sum = ${spec.bias ? "bias_load(channel)" : `${type}(0)`};
  for (var feature = first; feature < first + p.group_filters; feature++) {
    let start = (image * p.filters + feature) * p.positions;
    var at = (feature * p.group_channels + channel % p.group_channels) * ${kz * ky * kx}u;
    for (var z = 0; z < ${kz}; z++) {
      for (var y = 0; y < ${ky}; y++) {
        for (var x = 0; x < ${kx}; x++) {
          sum += weight_load(at) * response(true, start, z0 - z * ${dz}, y0 - y * ${dy}, x0 - x * ${dx});
          at++;
        }
      }
    }
  }
  out_store(i, sum);
}`,
    workgroups: spread(ceilDiv(count, THREADS)),
  };
}

/** The gradient for the weight, a workgroup for each of its elements. */
export function directWeight(spec: ConvSpec): Kernel {
  const { type, batch, outChannels, inChannels, groups, kernel, dilation, output } = spec;
  const size = volume(kernel);
  const count = outChannels * (inChannels / groups) * size;
  return {
    name: "conv_weight_direct",
    operands: [load("grad", type), load("input", type), store("out", type)],
    params: [...geometryParams(spec), u32("count", count), u32("steps", batch * volume(output))],
    code: `
${pixelReader(type)}
var<workgroup> shares: array<${type}, 256>;

${main(256)}
  let feature = group / ${size}u / p.group_channels;
  let channel = feature / p.group_filters * p.group_channels + group / ${size}u % p.group_channels;
  ${tapCoordinates(`(group % ${size}u)`, spec, "_t")}
  var sum = ${type}(0);
  if (group < p.count) {
    for (var at = thread; at < p.steps; at += 256u) {
      let image = at / p.positions;
      let position = at % p.positions;
      ${coordinates("position", "p.oh", "p.ow", "_o")}
      let z = ${windowStart(spec, 0, "z_o")} + i32(z_t * ${dilation[0]}u);
      let y = ${windowStart(spec, 1, "y_o")} + i32(y_t * ${dilation[1]}u);
      let x = ${windowStart(spec, 2, "x_o")} + i32(x_t * ${dilation[2]}u);
      let g = grad_load((image * p.filters + feature) * p.positions + position);
      sum += g * pixel(true, (image * p.channels + channel) * p.image, z, y, x);
    }
  }
  shares[thread] = sum;
  ${repeat(
    8,
    (i) => `workgroupBarrier();
  if (thread < ${128 >> i}u) { shares[thread] += shares[thread + ${128 >> i}u]; }`,
    "\n  ",
  )}
  if (thread == 0u && group < p.count) { out_store(group, shares[0]); }
}`,
    workgroups: spread(count),
  };
}
