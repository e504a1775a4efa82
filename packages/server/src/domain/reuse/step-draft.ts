import { canonicalJson } from "./canonical-json.ts";

/** Data that a step reads, not yet looked at. */
export interface DraftData {
  readonly uri: string;
  readonly type: string;
  readonly mode: string;
}

/** What a job's properties say about the parts of its key, with references that are yet to be looked up. */
export interface StepDraft {
  readonly kind: string;
  readonly command: string | undefined;
  /** References to code by their place in the job. */
  readonly code: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, DraftData>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Outputs that go to a place of their own: what lies there cannot be handed on as if it had been made anew. */
  readonly placedOutputs: readonly string[];
}

type Value = Readonly<Record<string, unknown>>;

/** Decide where, when, for whom or under which name a job runs, or only tell about it. */
const OUTSIDE = new Set([
  "jobType",
  "displayName",
  "description",
  "experimentName",
  "tags",
  "properties",
  "computeId",
  "componentId",
  "isArchived",
  "identity",
  "services",
  "parentJobName",
  "notificationSetting",
  "loggingLevel",
  // What a resumed run need not do again.
  "resumeFrom",
  "queueSettings",
  "status",
  "lazuli",
  "provisioningState",
  "sourceJobId",
]);
/** Of the resources only these change what is made: how many processes share the work, and which Spark does it. */
const RESOURCES_INSIDE = ["instanceCount", "runtimeVersion"];
/** Kinds whose limits decide how much is done. A limit of time ends a command or leaves its result alone. */
const LIMITED_KINDS = new Set(["Sweep", "AutoML"]);
const NAMED = new Set(["command", "inputs", "outputs", "environmentVariables", "resources"]);
const CODE_KEYS = new Set(["codeId", "code"]);
const ENVIRONMENT_KEYS = new Set(["environmentId", "environment"]);

/** Takes a job's properties apart. Knows the wire's words for any kind of job; what it does not know becomes a setting. */
export function draftStep(properties: Value): StepDraft {
  const references = { code: new Map<string, string>(), environments: new Map<string, string>() };
  const isLimited = LIMITED_KINDS.has(String(properties["jobType"]));
  const isOutside = (key: string) => OUTSIDE.has(key) || NAMED.has(key) || (key === "limits" && !isLimited);
  const rest = Object.entries(properties).filter(([key, value]) => !isOutside(key) && value != null);
  const settings = rest.flatMap(([key, value]) => {
    const kept = takeReferences(value, [key], references);
    return kept === undefined ? [] : [[key, canonicalJson(kept)] as const];
  });
  const resources = asRecord(properties["resources"]);
  const counted = RESOURCES_INSIDE.flatMap((key) =>
    // One node is what a job gets that asks for none.
    resources[key] == null || resources[key] === 1
      ? []
      : [[`resources.${key}`, canonicalJson(resources[key])] as const],
  );
  const { data, parameters } = draftInputs(asRecord(properties["inputs"]));
  return {
    kind: String(properties["jobType"]),
    command: typeof properties["command"] === "string" ? properties["command"] : undefined,
    code: Object.fromEntries(references.code),
    environments: Object.fromEntries(references.environments),
    data,
    parameters,
    ...draftOutputs(asRecord(properties["outputs"])),
    variables: textMap(asRecord(properties["environmentVariables"])),
    settings: Object.fromEntries([...settings, ...counted]),
  };
}

/** The value without its references to code and environments, which are noted down; `undefined` when nothing is left. */
function takeReferences(
  value: unknown,
  path: readonly string[],
  references: { code: Map<string, string>; environments: Map<string, string> },
): unknown {
  const key = path.at(-1) ?? "";
  if (typeof value === "string" && CODE_KEYS.has(key)) {
    references.code.set(placeOf(path), value);
    return undefined;
  }
  if (typeof value === "string" && ENVIRONMENT_KEYS.has(key)) {
    references.environments.set(placeOf(path), value);
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).flatMap(([name, item]) => {
    const inner = takeReferences(item, [...path, name], references);
    return inner == null ? [] : [[name, inner] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** `trial.codeId` is shown as `trial.code`. */
function placeOf(path: readonly string[]): string {
  return path.join(".").replace(/Id$/, "");
}

function draftInputs(inputs: Value): Pick<StepDraft, "data" | "parameters"> {
  const data: Record<string, DraftData> = {};
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(inputs)) {
    const input = asRecord(value);
    const type = String(input["jobInputType"] ?? "literal");
    if (type === "literal") {
      if (input["value"] != null) parameters[name] = String(input["value"]);
    } else {
      data[name] = { uri: String(input["uri"] ?? ""), type, mode: String(input["mode"] ?? "ReadOnlyMount") };
    }
  }
  return { data, parameters };
}

function draftOutputs(outputs: Value): Pick<StepDraft, "outputs" | "placedOutputs"> {
  const entries = Object.entries(outputs).filter(([name]) => name !== "default");
  const described = entries.map(([name, value]) => {
    const output = asRecord(value);
    const asset =
      output["assetName"] == null ? [] : [`as ${text(output["assetName"])}:${text(output["assetVersion"], "next")}`];
    const parts = [text(output["jobOutputType"], "uri_folder"), text(output["mode"], "ReadWriteMount"), ...asset];
    return [name, parts.join(", ")] as const;
  });
  const placed = entries.filter(([, value]) => text(asRecord(value)["uri"]) !== "").map(([name]) => name);
  return { outputs: Object.fromEntries(described), placedOutputs: placed };
}

function text(value: unknown, otherwise = ""): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function textMap(value: Value): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, item == null ? "" : String(item)]));
}

function asRecord(value: unknown): Value {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
