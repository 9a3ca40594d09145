import { type ArrayView, elementOffsets, loaderOf, type Numbers, numelOf, storerOf } from "../view.ts";

/** A complex number that is written to. */
export interface Pair {
  re: number;
  im: number;
}

/** A matrix in double precision by columns: entry (i, j) at `i + j * rows`. Real matrices have no `im`. */
export class Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly re: Float64Array;
  readonly im: Float64Array | null;

  constructor(rows: number, cols: number, complex: boolean) {
    this.rows = rows;
    this.cols = cols;
    this.re = new Float64Array(rows * cols);
    this.im = complex ? new Float64Array(rows * cols) : null;
  }

  static identity(rows: number, cols: number, complex: boolean): Matrix {
    const result = new Matrix(rows, cols, complex);
    for (let i = 0; i < Math.min(rows, cols); i++) result.re[i + i * rows] = 1;
    return result;
  }

  copy(): Matrix {
    const result = new Matrix(this.rows, this.cols, this.im !== null);
    result.re.set(this.re);
    if (this.im !== null) result.im!.set(this.im);
    return result;
  }

  /** The conjugate transpose. */
  adjoint(): Matrix {
    const { rows, cols, re, im } = this;
    const result = new Matrix(cols, rows, im !== null);
    for (let j = 0; j < cols; j++) {
      for (let i = 0; i < rows; i++) {
        result.re[j + i * cols] = re[i + j * rows]!;
        if (im !== null) result.im![j + i * cols] = -im[i + j * rows]!;
      }
    }
    return result;
  }

  /** The first `cols` columns. */
  left(cols: number): Matrix {
    const result = new Matrix(this.rows, cols, this.im !== null);
    result.re.set(this.re.subarray(0, this.rows * cols));
    if (this.im !== null) result.im!.set(this.im.subarray(0, this.rows * cols));
    return result;
  }

  isFinite(): boolean {
    return this.re.every(Number.isFinite) && (this.im === null || this.im.every(Number.isFinite));
  }
}

/** The matrices (or, as single columns, vectors) of a batch, read and written one at a time. */
export class Stack {
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
  readonly complex: boolean;
  private readonly view: ArrayView;
  private readonly starts: Int32Array;
  private readonly rowStep: number;
  private readonly colStep: number;

  constructor(view: ArrayView, vectors = false) {
    const rank = view.shape.length;
    const inner = vectors ? 1 : 2;
    this.view = view;
    this.rows = view.shape[rank - inner]!;
    this.cols = vectors ? 1 : view.shape[rank - 1]!;
    this.rowStep = view.strides[rank - inner]!;
    this.colStep = vectors ? 0 : view.strides[rank - 1]!;
    const batch = view.shape.slice(0, rank - inner);
    this.count = numelOf(batch);
    this.starts = elementOffsets(batch, view.strides.slice(0, rank - inner), view.offset);
    this.complex = view.dtype.is_complex;
  }

  get(index: number): Matrix {
    const { rows, cols, rowStep, colStep, complex } = this;
    const { array, dtype } = this.view;
    const result = new Matrix(rows, cols, complex);
    const { re, im } = result;
    const load = loaderOf(dtype);
    let to = 0;
    for (let j = 0; j < cols; j++) {
      let at = this.starts[index]! + j * colStep;
      for (let i = 0; i < rows; i++, at += rowStep, to++) {
        if (im === null) re[to] = load(array, at);
        else {
          re[to] = (array as Numbers)[2 * at]!;
          im[to] = (array as Numbers)[2 * at + 1]!;
        }
      }
    }
    return result;
  }

  set(index: number, matrix: Matrix): void {
    const { rows, cols, rowStep, colStep } = this;
    const { array, dtype } = this.view;
    const { re, im } = matrix;
    const store = storerOf(dtype);
    let from = 0;
    for (let j = 0; j < cols; j++) {
      let at = this.starts[index]! + j * colStep;
      for (let i = 0; i < rows; i++, at += rowStep, from++) {
        if (!this.complex) store(array, at, re[from]!);
        else {
          (array as Numbers)[2 * at] = re[from]!;
          (array as Numbers)[2 * at + 1] = im === null ? 0 : im[from]!;
        }
      }
    }
  }

  /** Writes one number of the matrix (vectors: of its only column). */
  put(index: number, i: number, re: number, im = 0): void {
    const at = this.starts[index]! + i * this.rowStep;
    const { array, dtype } = this.view;
    if (!this.complex) storerOf(dtype)(array, at, re);
    else {
      (array as Numbers)[2 * at] = re;
      (array as Numbers)[2 * at + 1] = im;
    }
  }
}

/** A batch of scalars. */
export function scalars(view: ArrayView): Stack {
  return new Stack({ ...pick(view), shape: [...view.shape, 1], strides: [...view.strides, 1] }, true);
}

function pick(view: ArrayView): ArrayView {
  return { array: view.array, shape: view.shape, strides: view.strides, offset: view.offset, dtype: view.dtype };
}
