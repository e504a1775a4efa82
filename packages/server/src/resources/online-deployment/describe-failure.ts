import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import type { Deployment } from "./reconcile.ts";

/** Exit code of the scoring server when the script does not load or its `init()` fails. */
const BOOT_ERROR = 3;

/** What the user reads when a deployment cannot come up: the thing, the last line of its traceback, where to look on. */
export function describeReplicaFailure(deployment: Deployment, error: TaskError): { code: string; message: string } {
  const logs = `Read its log with: az ml online-deployment get-logs --name ${deployment.name}.`;
  const reason = error.message.replace(/\.$/, "");
  if (error.category === "environment") {
    return { code: "EnvironmentFailed", message: `The environment of '${deployment.name}' failed: ${reason}. ${logs}` };
  }
  if (error.exitCode === BOOT_ERROR) {
    const script = deployment.properties.codeConfiguration?.scoringScript ?? "the MLflow model";
    return { code: "UserScriptFailed", message: `'${script}' did not start: ${reason}. ${logs}` };
  }
  const hint = error.hint === undefined ? "" : ` ${error.hint}`;
  return { code: error.code, message: `Deployment '${deployment.name}' did not start: ${reason}.${hint} ${logs}` };
}
