import { flushCompileCache } from "node:module";
import { parseArgs } from "node:util";

import { processStartTime } from "./process-identity.ts";
import { RunnerService } from "./runner-service.ts";

const { values } = parseArgs({
  options: {
    id: { type: "string", default: "" },
    socket: { type: "string", default: "" },
    home: { type: "string", default: "" },
    ca: { type: "string" },
    local: { type: "boolean", default: false },
  },
});

process.title = "lazuli-runner";
// A runner outlives terminals and servers; its driver's words and its tasks' ends are what end it.
for (const signal of ["SIGHUP", "SIGINT", "SIGPIPE"]) process.on(signal, () => undefined);

const service = new RunnerService({
  runnerId: values.id,
  socketPath: values.socket,
  homeFolder: values.home,
  caFile: values.ca,
  isLocal: values.local,
  startTime: processStartTime(process.pid) ?? "",
  nodeVariables: process.env,
  onExit: () => process.exit(0),
});
await service.listen();
// Node would write what it has compiled at its end, which is too late for the runners that start meanwhile.
flushCompileCache();
