import { isRecord } from "../yaml/composite-codec.ts";
import { jobTypeOf } from "../yaml/entities/job.ts";
import type { Noun } from "../yaml/entities.ts";
import { YamlDocument } from "../yaml/yaml-document.ts";
import { gather, placed } from "./gather.ts";
import { locateProblems } from "./locate-problems.ts";
import { resolveCompute } from "./references.ts";
import {
  contextAt,
  resolveCode,
  resolveCodeAndEnvironment,
  resolveEnvironment,
  resolveInline,
  resolveInputs,
  resolveModel,
  resolvePath,
  type SubmitContext,
  type Value,
} from "./resolve-parts.ts";
import { resolveAutoml, resolveComponent, resolvePipeline } from "./resolve-pipeline.ts";

/**
 * Replaces what only this machine understands (local paths, short references, inline environments and models) by ids
 * and URIs, uploading and registering on the way.
 */
export async function resolveEntity(context: SubmitContext, noun: Noun, value: Value): Promise<Value> {
  switch (noun) {
    case "job":
      return resolveJob(context, value);
    case "component":
      return resolveComponent(context, value);
    case "schedule":
      return resolveSchedule(context, value);
    case "data":
      return { ...value, ...(await resolvePath(context, value)) };
    case "model":
      return resolveModel(context, value);
    case "environment":
      return resolveEnvironment(context, value);
    case "online-deployment":
      return resolveDeployment(context, value);
    default:
      return value;
  }
}

async function resolveJob(context: SubmitContext, value: Value): Promise<Value> {
  const [parts, inputs] = await gather([
    ["", resolveJobParts(context, value)],
    ["", resolveInputs(context, value["inputs"])],
  ]);
  const { compute } = value;
  return {
    ...parts,
    ...(inputs === undefined ? {} : { inputs }),
    ...(typeof compute === "string" ? { compute: resolveCompute(context.scope, compute) } : {}),
  };
}

/** What differs by the type of the job. */
async function resolveJobParts(context: SubmitContext, value: Value): Promise<Value> {
  switch (jobTypeOf(value)) {
    case "pipeline":
      return resolvePipeline(context, value);
    case "automl":
      return resolveAutoml(context, value);
    case "sweep": {
      const { trial } = value;
      return isRecord(trial)
        ? { ...value, trial: await placed("trial", resolveCodeAndEnvironment(context, trial)) }
        : value;
    }
    default:
      return resolveCodeAndEnvironment(context, value);
  }
}

async function resolveSchedule(context: SubmitContext, value: Value): Promise<Value> {
  const job = value["create_job"];
  if (job instanceof YamlDocument) {
    const resolved = await locateProblems(job, () => resolveJob(contextAt(context, job.path), job.value));
    return { ...value, create_job: resolved };
  }
  return isRecord(job) ? { ...value, create_job: await resolveJob(context, job) } : value;
}

async function resolveDeployment(context: SubmitContext, value: Value): Promise<Value> {
  const configuration = isRecord(value["code_configuration"]) ? value["code_configuration"] : undefined;
  const [model, environment, code] = await Promise.all([
    resolveInline(context, "model", value["model"]),
    resolveInline(context, "environment", value["environment"]),
    resolveCode(context, configuration?.["code"]),
  ]);
  return {
    ...value,
    ...(model === undefined ? {} : { model }),
    ...(environment === undefined ? {} : { environment }),
    ...(configuration === undefined
      ? {}
      : { code_configuration: { ...configuration, ...(code === undefined ? {} : { code }) } }),
  };
}
