import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    id: { type: "string", default: "" },
    socket: { type: "string", default: "" },
    home: { type: "string", default: "" },
    ca: { type: "string" },
    local: { type: "boolean", default: false },
  },
});

// Before the rest is loaded, so that the rest comes compiled from the cache.
enableCompileCache(join(values.home, "tools", "node-cache"));
const { processStartTime } = await import("./process-identity.ts");
const { RunnerService } = await import("./runner-service.ts");

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
