import { describeError } from "@lazuli/contract/errors.ts";
import { VERSION } from "@lazuli/contract/version.ts";

import { startServer } from "./app/compose.ts";
import { readConfig } from "./app/config.ts";
import { DEFAULTS } from "./app/first-start.ts";
import { removeServerFile, writeServerFile } from "./app/home/server-file.ts";

try {
  const config = readConfig(process.argv.slice(2), process.env);
  const server = await startServer(config);
  await writeServerFile(config.home, {
    pid: process.pid,
    version: VERSION,
    startedAt: Date.now(),
    port: config.port,
    url: `https://${server.authority}`,
    loopbackUrl: `http://127.0.0.1:${config.port}`,
    bundlePath: server.bundlePath,
    defaults: DEFAULTS,
  });
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    void removeServerFile(config.home)
      .then(() => server.close())
      .then(() => process.exit(0))
      .catch((error: unknown) => fail(error));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
} catch (error) {
  fail(error);
}

function fail(error: unknown): void {
  process.stderr.write(`Lazuli could not start: ${describeError(error)}\n`);
  process.exit(1);
}
