import type { Op } from "@tt/core/dispatch";

/** What autocast does to the floating-point arguments of an op. */
export type Policy = "lower" | "float32" | "widest";

const words = (text: string): string[] => text.trim().split(/\s+/);

const CONVOLUTIONS = "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution";

/** torch/csrc: aten/src/ATen/autocast_mode.cpp, the lists of device "cpu". */
const HOST: Readonly<Record<Policy, string[]>> = {
  lower: words(`${CONVOLUTIONS} bmm mm baddbmm addmm addbmm linear matmul scaled_dot_product_attention linalg_vecdot`),
  float32: words(`
    avg_pool3d binary_cross_entropy grid_sampler grid_sample _grid_sampler polar prod quantile nanquantile stft cdist trace
    view_as_complex max_pool3d max_unpool2d max_unpool3d adaptive_avg_pool3d _pad mse_loss cosine_embedding_loss nll_loss
    hinge_embedding_loss poisson_nll_loss smooth_l1_loss cross_entropy l1_loss huber_loss margin_ranking_loss
    soft_margin_loss triplet_margin_loss multi_margin_loss ctc_loss kl_div multilabel_margin_loss
    binary_cross_entropy_with_logits fractional_max_pool2d fractional_max_pool3d adaptive_max_pool3d
    cholesky cholesky_inverse cholesky_solve inverse lu_solve orgqr ormqr pinverse lstsq linalg_cond linalg_matrix_rank
    linalg_solve linalg_cholesky linalg_svdvals linalg_eigvals linalg_eigvalsh linalg_inv linalg_householder_product
    linalg_tensorinv linalg_tensorsolve linalg_qr linalg_cholesky_ex linalg_svd linalg_eig linalg_eigh linalg_lstsq
    linalg_inv_ex svd qr geqrf triangular_solve
    fft_fft fft_ifft fft_fft2 fft_ifft2 fft_fftn fft_ifftn fft_rfft fft_irfft fft_rfft2 fft_irfft2 fft_rfftn fft_irfftn
    fft_hfft fft_ihfft`),
  widest: words("stack cat index_copy"),
};

/** The same file's lists of accelerators. */
const ACCELERATOR: Readonly<Record<Policy, string[]>> = {
  lower: words(`
    ${CONVOLUTIONS} chain_matmul mm mv matmul linear bmm addmm addmv addr addbmm baddbmm prelu linalg_vecdot
    linalg_multi_dot scaled_dot_product_attention`),
  float32: words(`
    acos asin cosh erfinv exp expm1 log log10 log2 log1p reciprocal rsqrt sinh tan pow softplus layer_norm native_layer_norm
    group_norm frobenius_norm nuclear_norm cosine_similarity poisson_nll_loss cosine_embedding_loss nll_loss cross_entropy
    hinge_embedding_loss kl_div l1_loss smooth_l1_loss huber_loss mse_loss margin_ranking_loss multilabel_margin_loss
    soft_margin_loss triplet_margin_loss multi_margin_loss binary_cross_entropy_with_logits ctc_loss dist pdist cdist renorm
    logsumexp prod softmax log_softmax cumprod cumsum linalg_vector_norm linalg_matrix_norm norm sum
    fft_fft fft_ifft fft_fft2 fft_ifft2 fft_fftn fft_ifftn fft_rfft fft_irfft fft_rfft2 fft_irfft2 fft_rfftn fft_irfftn
    fft_hfft fft_ihfft stft`),
  widest: words(`
    addcdiv addcmul atan2 bilinear cross dot grid_sample grid_sampler _grid_sampler index_put scatter_add tensordot vdot
    cat stack`),
};

function tableOf(lists: Readonly<Record<Policy, string[]>>): ReadonlyMap<string, Policy> {
  return new Map(
    (Object.keys(lists) as Policy[]).flatMap((policy) => lists[policy].map((name) => [name, policy] as const)),
  );
}

const host = tableOf(HOST);
const accelerator = tableOf(ACCELERATOR);

/** The policy for `op` on a device; null where autocast leaves it alone. */
export function policyOf(deviceType: string, op: Op): Policy | null {
  const table = deviceType === "gpu" ? accelerator : host;
  return table.get(op.name.replace(/^nn_/, "")) ?? null;
}
