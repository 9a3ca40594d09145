/** Functions of the main namespace that rest on Fourier transforms (`torch.stft`), exported as `@tt/core/fft/torch`. */
import "./fft.ts";

export * from "./ops/fft_torch.gen.ts";
