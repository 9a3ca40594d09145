/** Hugging Face's safetensors files. */
export { load, load_file, loadFileSync, safe_open, SafeTensorsFile, type LoadFileOptions } from "./load.ts";
export { save, save_file, saveFileSync, type SaveFileOptions } from "./save.ts";
