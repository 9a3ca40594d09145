import { save, type SaveOptions } from "./save.ts";
import { BytesIO } from "../io/bytes-io.ts";

/**
 * Saves an object as a download of the page, for browsers: what `save` would write to a path.
 *
 * @example
 * button.onclick = () => download(net.state_dict(), "model.pth");
 */
export async function download(object: unknown, fileName: string, options: SaveOptions = {}): Promise<void> {
  const buffer = new BytesIO();
  await save(object, buffer, options);
  buffer.seek(0);
  const url = URL.createObjectURL(new Blob([buffer.getbuffer()], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  // The browser has taken the contents once the click's task is done.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
