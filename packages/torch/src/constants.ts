/** Numbers by PyTorch's names. */

export const e: number = Math.E;
export const pi: number = Math.PI;
export const inf: number = Infinity;
export const nan: number = NaN;

/** PyTorch's version whose behaviour tt has. */
export const __version__ = "1.13.0+tt";

/** Memory layout of dense tensors. */
export const strided = "torch.strided";
