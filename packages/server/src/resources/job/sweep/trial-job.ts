import type { JobOutput } from "@lazuli/contract/jobs/data-binding.ts";
import type { SweepJob } from "@lazuli/contract/jobs/sweep.ts";

import { bindTemplate, type Binding } from "../../../domain/expressions/bind-template.ts";
import { parseTemplate } from "../../../domain/expressions/template.ts";
import type { Issue } from "../../../domain/issue.ts";
import type { Scalar } from "../../../domain/search/distribution.ts";
import type { Parameters } from "../../../domain/search/parameters.ts";

export interface Trial {
  readonly name: string;
  readonly parameters: Parameters;
}

/** Where a trial's parameters stand in its tags and properties, as JSON. */
export const PARAMETERS_TAG = "hyperparameters";

const PATH_IN_GROUP_MAX = 100;

/** Properties of the command job that carries out a trial, and what is wrong with the command. */
export function trialJob(
  sweep: SweepJob,
  trial: Trial,
): { readonly properties: Record<string, unknown>; readonly issues: readonly Issue[] } {
  const { command, environmentVariables, resources, ...own } = sweep.trial;
  const bound = bindParameters(sweep, command, trial.parameters);
  const parameters = JSON.stringify(trial.parameters);
  const properties = {
    ...own,
    jobType: "Command",
    command: bound.text,
    displayName: trial.name,
    experimentName: sweep.experimentName,
    computeId: sweep.computeId,
    identity: sweep.identity,
    queueSettings: sweep.queueSettings,
    resources: resources ?? sweep.resources,
    inputs: sweep.inputs,
    outputs: trialOutputs(sweep, trial.name),
    environmentVariables: { ...parameterVariables(trial.parameters), ...environmentVariables },
    ...(sweep.limits?.trialTimeout != null && {
      limits: { jobLimitsType: "Command", timeout: sweep.limits.trialTimeout },
    }),
    tags: { ...sweep.tags, [PARAMETERS_TAG]: parameters },
    properties: { [PARAMETERS_TAG]: parameters, "azureml.runsource": "hyperdrive_trial" },
  };
  const entries = Object.entries(properties).filter(([, value]) => value != null);
  return { properties: Object.fromEntries(entries), issues: bound.issues };
}

/** Parameters as MLflow's params: groups are told by their members, as `model.depth`. */
export function flattenParameters(parameters: Parameters, prefix = ""): Record<string, string> {
  const entries = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === "object"
      ? Object.entries(flattenParameters(value, `${prefix}${name}.`))
      : [[`${prefix}${name}`, showScalar(value)] as const],
  );
  return Object.fromEntries(entries);
}

/**
 * Fills in `${{search_space.x}}`; everything else stays for the trial itself. A component that calls its parameters
 * inputs works as well: `${{inputs.x}}` means the parameter when no input has that name.
 */
function bindParameters(sweep: SweepJob, command: string, parameters: Parameters) {
  const values = bindings(parameters);
  const inputs = sweep.inputs ?? {};
  const lookup = (path: readonly string[]): Binding | undefined => {
    const [namespace = "", ...rest] = path;
    const name = rest.join(".");
    const value = values.get(name);
    if (namespace === "search_space") return value;
    if (namespace !== "inputs") return { kind: "later" };
    if (!Object.hasOwn(inputs, name)) return value ?? { kind: "later" };
    const input = inputs[name];
    const isUnset = input == null || (input.value == null && input.uri == null);
    return isUnset ? { kind: "unset" } : { kind: "later" };
  };
  const known = [...values.keys()].map((name) => `search_space.${name}`);
  const target = "properties.trial.command";
  return bindTemplate(parseTemplate(command, target), lookup, { target, known });
}

function bindings(parameters: Parameters): ReadonlyMap<string, Binding> {
  const text = (value: Scalar | Parameters): string =>
    typeof value === "object" ? quote(JSON.stringify(value)) : showScalar(value);
  const whole = Object.entries(parameters).map(([name, value]) => [name, text(value)] as const);
  const members = Object.entries(flattenParameters(parameters)).slice(0, PATH_IN_GROUP_MAX);
  return new Map([...members, ...whole].map(([name, value]) => [name, { kind: "value", text: value } as const]));
}

/** What Azure names `AZUREML_SWEEP_<parameter>`. */
function parameterVariables(parameters: Parameters): Record<string, string> {
  const entries = Object.entries(parameters).map(([name, value]) => {
    return [`AZUREML_SWEEP_${name}`, typeof value === "object" ? JSON.stringify(value) : showScalar(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Python reads what it writes: its own words for true and false. */
function showScalar(value: Scalar): string {
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** A whole group is JSON, which a shell would take apart. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Every trial writes to a place of its own, and none registers what it wrote: the sweep does so for the best. A place
 * that the caller chose, and that is the same for all trials, gets a folder for each.
 */
function trialOutputs(sweep: SweepJob, name: string): SweepJob["outputs"] {
  const entries = Object.entries(sweep.outputs ?? {}).map(([output, value]) => {
    if (value == null) return [output, value] as const;
    const { assetName: _name, assetVersion: _version, ...rest } = value;
    return [output, { ...rest, ...(value.uri != null && { uri: ownPlace(value, value.uri, name) }) }] as const;
  });
  return Object.fromEntries(entries);
}

function ownPlace(output: JobOutput, uri: string, name: string): string {
  if (/\$\{\{\s*name\s*\}\}/.test(uri)) return uri;
  if (output.jobOutputType !== "uri_file") return `${uri.replace(/\/$/, "")}/${name}/`;
  const end = uri.lastIndexOf("/") + 1;
  return `${uri.slice(0, end)}${name}/${uri.slice(end)}`;
}
