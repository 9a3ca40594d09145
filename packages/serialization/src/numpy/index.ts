/** NumPy's .npy and .npz files. */
export { load, loadSync } from "./load.ts";
export { save, savez, savez_compressed } from "./save.ts";
