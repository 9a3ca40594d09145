/** Operators of ATen whose arguments differ from those of the public functions. */
import {
  conv1d,
  conv2d,
  conv3d,
  conv_transpose1d,
  conv_transpose2d,
  conv_transpose3d,
  interpolate,
} from "@tt/nn/functional";
import { DType, RuntimeError, Tensor, tensor } from "@tt/core";
import { dtypeOf } from "./dtypes.ts";
import type { Named } from "./operators.ts";

/** Undefined leaves the call to what comes next. */
type Adapter = (args: readonly unknown[], named: Named) => unknown;

const CONVOLUTIONS = [conv1d, conv2d, conv3d] as const;
const TRANSPOSED = [conv_transpose1d, conv_transpose2d, conv_transpose3d] as const;

type Conv = (...args: unknown[]) => Tensor;

function convolution(args: readonly unknown[]): Tensor {
  const [input, weight, bias, stride, padding, dilation, transposed, outputPadding, groups] = args as [
    Tensor,
    Tensor,
    Tensor | null,
    number[],
    number[],
    number[],
    boolean,
    number[],
    number,
  ];
  const at = stride.length - 1;
  return transposed
    ? (TRANSPOSED[at] as unknown as Conv)(input, weight, bias, stride, padding, outputPadding, groups, dilation)
    : (CONVOLUTIONS[at] as unknown as Conv)(input, weight, bias, stride, padding, dilation, groups);
}

/** `to` with an element type's number, a device, or both. */
function to([self, ...rest]: readonly unknown[], named: Named): Tensor {
  let result = self as Tensor;
  const [first, second] = rest;
  const dtype = named["dtype"] ?? (typeof first === "number" ? first : typeof second === "number" ? second : null);
  const target = named["device"] ?? first;
  if (first instanceof Tensor) return result.to(first);
  if (first instanceof DType) return result.to(first);
  if (target !== null && target !== undefined && typeof target === "object" && "type" in target)
    result = result.to(target as never);
  if (typeof target === "string") result = result.to(target);
  return dtype === null || dtype === undefined ? result : result.to(dtypeOf(dtype));
}

function slice([self, dim, start, end, step]: readonly unknown[]): unknown {
  if (!(self instanceof Tensor)) return undefined;
  const d = (dim as number | undefined) ?? 0;
  const index: unknown[] = Array.from({ length: d < 0 ? d + self.ndim : d }, () => ":");
  // PyTorch writes its greatest integer for "to the end".
  const bound = (value: unknown): string => (typeof value === "number" && value < 2 ** 53 ? `${value}` : "");
  index.push(`${bound(start)}:${bound(end)}:${bound(step ?? 1)}`);
  return self.at(...(index as never[]));
}

const resized =
  (mode: string, corners: boolean): Adapter =>
  ([input, size, third, fourth]) => {
    // (size, align_corners, scales...) or (size, scales): sizes win.
    const scales = corners ? fourth : third;
    const options: Record<string, unknown> = { mode };
    if (corners) options["align_corners"] = Boolean(third);
    if (Array.isArray(size)) options["size"] = size;
    else if (Array.isArray(scales)) options["scale_factor"] = scales;
    else throw new RuntimeError("TorchScript: this form of upsampling is not supported");
    return interpolate(input as Tensor, options as never);
  };

export const adapters: Readonly<Record<string, Adapter>> = {
  _convolution: convolution,
  convolution,
  to,
  slice,
  size: ([self, dim]) =>
    self instanceof Tensor ? (dim === undefined ? [...self.shape] : self.size(dim as number)) : undefined,
  dim: ([self]) => (self as Tensor).ndim,
  len: ([self]) => (self instanceof Tensor ? self.size(0) : undefined),
  item: ([self]) => (self as Tensor).item(),
  detach: ([self]) => (self as Tensor).detach(),
  is_floating_point: ([self]) => (self as Tensor).is_floating_point(),
  contiguous: ([self]) => (self as Tensor).contiguous(),
  clone: ([self]) => (self as Tensor).clone(),
  index: ([self, indices]) => (self as Tensor).at(...((indices as unknown[]).map((index) => index ?? ":") as never[])),
  index_put_: ([self, indices, values, accumulate]) =>
    (self as Tensor).index_put_(indices as never, values as Tensor, Boolean(accumulate)),
  expand: ([self, size]) => (self as Tensor).expand(size as number[]),
  tensor: ([value], named) =>
    tensor(
      value as never,
      named["dtype"] === null || named["dtype"] === undefined ? {} : { dtype: dtypeOf(named["dtype"]) },
    ),
  upsample_nearest1d: resized("nearest", false),
  upsample_nearest2d: resized("nearest", false),
  upsample_nearest3d: resized("nearest", false),
  upsample_linear1d: resized("linear", true),
  upsample_bilinear2d: resized("bilinear", true),
  upsample_bicubic2d: resized("bicubic", true),
  upsample_trilinear3d: resized("trilinear", true),
  __getitem__: ([self, index]) => (self instanceof Tensor ? self.at(index as number) : undefined),
};
