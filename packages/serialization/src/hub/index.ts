/** Pretrained weights from the network: `torch.hub`. */
export { get_dir, set_dir } from "./folder.ts";
export { download_url_to_file, type DownloadOptions } from "./download.ts";
export { load_state_dict_from_url, type StateDictFromUrlOptions } from "./state-dict.ts";
