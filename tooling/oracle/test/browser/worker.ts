import { runOps } from "./run.ts";

onmessage = ({ data }: MessageEvent<number>) => {
  runOps({ provider: "webgpu" }, data).then(
    (outcome) => postMessage({ outcome }),
    (error: Error) => postMessage({ error: error.stack }),
  );
};
postMessage("ready");
