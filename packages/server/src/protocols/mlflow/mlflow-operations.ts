import type { Operation } from "./operation.ts";
import { assessmentOperations } from "./operations/assessments.ts";
import { artifactOperations } from "./operations/artifacts.ts";
import { experimentOperations } from "./operations/experiments.ts";
import { loggedModelOperations } from "./operations/logged-models.ts";
import { metricOperations } from "./operations/metrics.ts";
import { modelAliasOperations } from "./operations/model-aliases.ts";
import { modelVersionOperations } from "./operations/model-versions.ts";
import { registeredModelOperations } from "./operations/registered-models.ts";
import { runInputOperations } from "./operations/run-inputs.ts";
import { runOperations } from "./operations/runs.ts";
import { serverInfoOperations } from "./operations/server-info.ts";
import { traceV2Operations } from "./operations/traces-v2.ts";
import { traceOperations } from "./operations/traces.ts";

/** Every operation that is answered. */
export const mlflowOperations: readonly Operation[] = [
  ...experimentOperations,
  ...runOperations,
  ...metricOperations,
  ...runInputOperations,
  ...artifactOperations,
  ...loggedModelOperations,
  ...registeredModelOperations,
  ...modelAliasOperations,
  ...modelVersionOperations,
  ...traceV2Operations,
  ...traceOperations,
  ...assessmentOperations,
  ...serverInfoOperations,
];
