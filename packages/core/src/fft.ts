/** torch.fft: discrete Fourier transforms, exported as `@tt/core/fft`. */
import "./index.ts";
import { fftKernels } from "./cpu/fft/kernels.ts";
import { registerKernels } from "./dispatch/backend.ts";
import { installMethods } from "./dispatch/expose.ts";

registerKernels("cpu", fftKernels);

export * from "./ops/fft.gen.ts";

installMethods();
