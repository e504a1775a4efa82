import { isRecord } from "./composite-codec.ts";
import { renderYamlIssue, type YamlIssue } from "./yaml-issue.ts";
import type { YamlSource } from "./yaml-source.ts";

/** ARM names that are not a YAML key in camel case. */
const YAML_KEYS: Readonly<Record<string, string>> = {
  codeId: "code",
  environmentId: "environment",
  computeId: "compute",
  componentId: "component",
  dataUri: "path",
  modelUri: "path",
  uri: "path",
  modelType: "type",
  dataType: "type",
  jobInputType: "type",
  jobOutputType: "type",
  job_input_type: "type",
  job_output_type: "type",
  jobType: "type",
  assetName: "name",
  assetVersion: "version",
  notificationSetting: "notification_settings",
  samplingAlgorithmType: "type",
  policyType: "type",
  distributionType: "type",
  identityType: "type",
  triggerType: "type",
};

/** Steps of an ARM path that no file has. */
const WIRE_ONLY = new Set(["properties", "componentSpec", "action", "jobDefinition"]);

const NODE_REFERENCES = ["component", "trial"] as const;

/** A file that was read and checked. Where it names a component's file, that file's document stands in its value. */
export class YamlDocument {
  /** Where it lies: relative paths in it start at its folder. Messages show the source's own name. */
  readonly path: string;
  readonly source: YamlSource;
  readonly value: Readonly<Record<string, unknown>>;

  constructor(path: string, source: YamlSource, value: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.source = source;
    this.value = value;
  }

  /**
   * The place in the files that an ARM path speaks of: `properties.jobs.train.inputs.x` is a line of this file,
   * or of the component's that the step runs when the step itself says nothing there.
   */
  locate(target: string, message: string): YamlIssue | undefined {
    const steps = splitTarget(target);
    const found = this.#place(steps);
    const inner = found.length < steps.length ? this.#componentAt(steps) : undefined;
    if (inner !== undefined) {
      const located = inner.document.locate(inner.rest.join("."), message);
      if (located !== undefined && located.path !== "") return located;
    }
    return found.length === 0 ? undefined : this.source.issueAt(found, message);
  }

  /** As many steps of the path as the file has. */
  #place(steps: readonly string[]): string[] {
    let place: string[] = [];
    for (const step of steps) {
      const next = namesOf(step).find((name) => this.source.has([...place, name]));
      if (next === undefined) return place;
      place = [...place, next];
    }
    return place;
  }

  #componentAt(steps: readonly string[]): { document: YamlDocument; rest: readonly string[] } | undefined {
    const job = this.value["create_job"];
    if (job instanceof YamlDocument) return { document: job, rest: steps };
    const whole = this.value["component"];
    if (whole instanceof YamlDocument) return { document: whole, rest: steps };
    const [jobs, name = "", ...rest] = steps;
    const nodes = this.value["jobs"];
    const node = jobs === "jobs" && isRecord(nodes) ? nodes[name] : undefined;
    if (!isRecord(node)) return undefined;
    const document = NODE_REFERENCES.map((key) => node[key]).find((value) => value instanceof YamlDocument);
    if (!(document instanceof YamlDocument)) return undefined;
    return { document, rest: rest[0] === "component" || rest[0] === "trial" ? rest.slice(1) : rest };
  }
}

/** The message with its place before it, or alone when the place is in no file. */
export function renderLocated(issue: YamlIssue | undefined, message: string): string {
  return issue === undefined ? message : renderYamlIssue(issue);
}

function splitTarget(target: string): string[] {
  const steps = target
    .replace(/\[["']?([^\]"']+)["']?\]/g, ".$1")
    .split(".")
    .filter((step) => step !== "");
  // `properties.properties.x` is the key 'properties' of the file.
  const first = steps.findIndex((step, index) => !WIRE_ONLY.has(step) || (index > 0 && step === "properties"));
  return first < 0 ? [] : steps.slice(first);
}

function namesOf(step: string): string[] {
  const snake = step.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const known = YAML_KEYS[step];
  return known === undefined ? [step, snake] : [known, step, snake];
}
