/** Numbers by PyTorch's names. */

export const e: number = Math.E;
export const pi: number = Math.PI;
export const inf: number = Infinity;
export const nan: number = NaN;

/** PyTorch's version whose behaviour tt has. */
export const __version__ = "1.13.0+tt";

/** Memory layouts, for programs that compare them: tensors of tt are dense, `torch.strided`. */
export const strided = "torch.strided";
export const sparse_coo = "torch.sparse_coo";
export const sparse_csr = "torch.sparse_csr";
export const sparse_csc = "torch.sparse_csc";
export const sparse_bsr = "torch.sparse_bsr";
export const sparse_bsc = "torch.sparse_bsc";

/** Decompositions and Fourier transforms are always there, the libraries that PyTorch has them from are not. */
export const has_lapack = true;
export const has_spectral = true;
export const has_mkl = false;
export const has_mps = false;
export const has_openmp = false;
