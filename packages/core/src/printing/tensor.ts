import { complex128, complex64, float64, get_default_dtype, type DType, bool, int64 } from "../dtype/dtype.ts";
import { formatBody, type PrintableArray } from "./body.ts";
import { printOptions } from "./options.ts";
import { pyTuple } from "./python.ts";

/** What printing has to know of a tensor besides its elements. */
export interface PrintableTraits {
  /** Such as `cpu` or `gpu:0`. Anything but `cpu` is printed. */
  readonly device: string;
  readonly requires_grad: boolean;
  /** The class of the gradient function, such as `AddBackward0`; null on leaves. */
  readonly gradFnName: string | null;
  /** A parameter prints below a line that says so. */
  readonly kind?: "Parameter" | undefined;
}

/** A dense tensor that can be printed. */
export interface PrintableTensor extends PrintableArray, PrintableTraits {}

/** A tensor without elements: of the device `meta`. */
export interface PrintableMeta extends PrintableTraits {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A sparse tensor in coordinate form: indices of shape (dims, nnz) and values of shape (nnz, ...). */
export interface PrintableSparse extends PrintableTraits {
  readonly indices: PrintableArray;
  readonly values: PrintableArray;
  readonly shape: readonly number[];
}

const PREFIX = "tensor(";
const INDENT = PREFIX.length;

/**
 * The text of `repr(tensor)` in Python, character for character. Of a summarised tensor only the
 * elements that appear are read.
 *
 * @example
 * String(torch.tensor([1, 2.5])); // "tensor([1.0000, 2.5000])"
 */
export function formatTensor(tensor: PrintableTensor): string {
  const { shape, dtype } = tensor;
  const suffixes = deviceSuffix(tensor);
  if (shape.includes(0)) {
    if (shape.length !== 1) suffixes.push(sizeText(shape));
    // No element shows whether the dtype is int64 or bool.
    if (dtype !== get_default_dtype()) suffixes.push(dtypeText(dtype));
  } else if (!isEvidentDtype(dtype)) {
    suffixes.push(dtypeText(dtype));
  }
  suffixes.push(...gradSuffix(tensor));
  return finish(tensor, formatBody(tensor, INDENT), suffixes, false);
}

/**
 * The text of a tensor that has a shape and a dtype but no elements.
 *
 * @example
 * String(torch.ones(2, 2, { device: "meta" })); // "tensor(..., device='meta', size=(2, 2))"
 */
export function formatMeta(tensor: PrintableMeta): string {
  const suffixes = [...deviceSuffix(tensor), sizeText(tensor.shape)];
  if (tensor.dtype !== get_default_dtype()) suffixes.push(dtypeText(tensor.dtype));
  suffixes.push(...gradSuffix(tensor));
  return finish(tensor, "...", suffixes, false);
}

/**
 * The text of a sparse tensor.
 *
 * @example
 * String(torch.arange(4).to_sparse());
 * // tensor(indices=tensor([[1, 2, 3]]),
 * //        values=tensor([1, 2, 3]),
 * //        size=(4,), nnz=3, layout=torch.sparse_coo)
 */
export function formatSparse(tensor: PrintableSparse): string {
  const { indices, values, shape } = tensor;
  const suffixes = [...deviceSuffix(tensor), sizeText(shape), `nnz=${values.shape[0]}`];
  if (!isEvidentDtype(values.dtype)) suffixes.push(dtypeText(values.dtype));
  suffixes.push("layout=torch.sparse_coo", ...gradSuffix(tensor));
  const body = `${member("indices", indices)},\n${" ".repeat(INDENT)}${member("values", values)}`;
  return finish(tensor, body, suffixes, true);
}

/** A sparse tensor in compressed form: its parts by name. */
export interface PrintableCompressed extends PrintableTraits {
  /** Such as `["crow_indices", array]`; the values come last. */
  readonly parts: readonly (readonly [name: string, array: PrintableArray])[];
  readonly shape: readonly number[];
  readonly nnz: number;
  /** Such as `torch.sparse_csr`. */
  readonly layout: string;
}

/**
 * The text of a tensor in compressed form.
 *
 * @example
 * String(torch.eye(2).to_sparse_csr());
 * // tensor(crow_indices=tensor([0, 1, 2]),
 * //        col_indices=tensor([0, 1]),
 * //        values=tensor([1., 1.]), size=(2, 2), nnz=2, layout=torch.sparse_csr)
 */
export function formatCompressed(tensor: PrintableCompressed): string {
  const suffixes = [...deviceSuffix(tensor), sizeText(tensor.shape), `nnz=${tensor.nnz}`];
  const { dtype } = tensor.parts.at(-1)![1];
  if (!isEvidentDtype(dtype)) suffixes.push(dtypeText(dtype));
  suffixes.push(`layout=${tensor.layout}`, ...gradSuffix(tensor));
  const body = tensor.parts.map(([name, array]) => member(name, array)).join(`,\n${" ".repeat(INDENT)}`);
  return finish(tensor, body, suffixes, false);
}

function member(name: string, view: PrintableArray): string {
  const prefix = `${name}=tensor(`;
  const size = view.shape.includes(0) ? `, ${sizeText(view.shape)}` : "";
  return `${prefix}${formatBody(view, INDENT + prefix.length)}${size})`;
}

function deviceSuffix({ device }: PrintableTraits): string[] {
  return device === "cpu" ? [] : [`device='${device}'`];
}

function gradSuffix({ gradFnName, requires_grad }: PrintableTraits): string[] {
  if (gradFnName !== null) return [`grad_fn=<${gradFnName}>`];
  return requires_grad ? ["requires_grad=True"] : [];
}

function sizeText(shape: readonly number[]): string {
  return `size=${pyTuple(shape.map(String))}`;
}

function dtypeText(dtype: DType): string {
  return `dtype=${dtype.toString()}`;
}

/** Whether the elements' text, or the default dtype, tells the dtype. */
function isEvidentDtype(dtype: DType): boolean {
  const standard = get_default_dtype();
  const standardComplex = standard === float64 ? complex128 : complex64;
  return dtype === standard || dtype === standardComplex || dtype === int64 || dtype === bool;
}

/** Adds the suffixes, each on a new line if it would not fit on the current one. */
function finish({ kind }: PrintableTraits, body: string, suffixes: readonly string[], newline: boolean): string {
  const { linewidth } = printOptions();
  let text = PREFIX + body;
  // One more than the line's length, as PyTorch counts.
  let column = text.length - text.lastIndexOf("\n") + 1;
  let force = newline;
  for (const suffix of suffixes) {
    if (force || column + suffix.length + 2 > linewidth) {
      text += `,\n${" ".repeat(INDENT)}${suffix}`;
      column = INDENT + suffix.length;
      force = false;
    } else {
      text += `, ${suffix}`;
      column += suffix.length + 2;
    }
  }
  return `${kind === "Parameter" ? "Parameter containing:\n" : ""}${text})`;
}
