import { isDataType, type ComponentInput, type ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import { DATA_BINDING_TYPES, type DataBindingType, type JobInput } from "@lazuli/contract/jobs/data-binding.ts";
import type { NodeInput } from "@lazuli/contract/jobs/pipeline-node.ts";

import { bindTemplate, type Binding } from "../expressions/bind-template.ts";
import { parseTemplate } from "../expressions/template.ts";
import type { Issue } from "../issue.ts";
import { parseInputMode } from "./data-modes.ts";
import { parseReference, wholeReference, type Reference } from "./reference.ts";

/** What an expression stands for by the time a step starts. */
export type Source =
  /** `uri`: the file that holds the value, for those who want data. */
  | { readonly kind: "value"; readonly text: string; readonly uri?: string }
  | { readonly kind: "data"; readonly type: DataBindingType; readonly uri: string; readonly mode?: JobInput["mode"] }
  /** Declared, and without a value. */
  | { readonly kind: "unset" };

export type FindSource = (reference: Reference) => Source | undefined;

/** An input of a step as its author wrote it, or what a loop puts in its place. */
export type GivenInput = NodeInput | { readonly source: Source };

/**
 * Inputs of a step's job. The component's defaults stand in for inputs without a value; those that are optional stay
 * declared as `null`, so that parts of the command that name them can go.
 * An issue means that the step cannot run.
 */
export function bindInputs(
  step: {
    readonly name: string;
    readonly spec: ComponentSpec;
    readonly given: Readonly<Record<string, GivenInput>>;
    /** Inputs that get their value later, from a sweep. */
    readonly searched?: ReadonlySet<string>;
  },
  find: FindSource,
): { readonly inputs: Readonly<Record<string, JobInput | null>>; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const declared = step.spec.inputs ?? {};
  const inputs: Record<string, JobInput | null> = {};
  for (const name of new Set([...Object.keys(declared), ...Object.keys(step.given)])) {
    if (step.searched?.has(name) === true) continue;
    const spec = declared[name] ?? undefined;
    const target = `properties.jobs.${step.name}.inputs.${name}`;
    const bound = bindInput(step.given[name], { spec, target, find, issues });
    const filled = bound ?? defaultOf(spec);
    if (filled !== undefined) inputs[name] = filled;
    else if (spec === undefined || spec.optional) inputs[name] = null;
    else issues.push(missing(step.name, name, target));
  }
  return { inputs, issues };
}

interface InputContext {
  readonly spec: ComponentInput | undefined;
  readonly target: string;
  readonly find: FindSource;
  readonly issues: Issue[];
}

function bindInput(given: GivenInput | undefined, context: InputContext): JobInput | undefined {
  if (given == null) return undefined;
  if (typeof given !== "object") return bindText(String(given), undefined, context);
  if ("source" in given && isSource(given.source)) return fromSource(given.source, undefined, context);
  if (!("source" in given) || "value" in given) {
    const mode = typeof given["mode"] === "string" ? given["mode"] : undefined;
    const text = typeof given["uri"] === "string" ? given["uri"] : given["value"];
    if (text == null) return undefined;
    if (typeof given["uri"] === "string" && wholeReference(given["uri"]) === undefined) {
      return toData({ type: given["job_input_type"], uri: given["uri"], mode }, context);
    }
    return bindText(String(text), mode, context);
  }
  return undefined;
}

function isSource(value: unknown): value is Source {
  return typeof value === "object" && value !== null && "kind" in value;
}

function bindText(text: string, mode: string | undefined, context: InputContext): JobInput | undefined {
  const whole = wholeReference(text);
  if (whole !== undefined) {
    const source = context.find(whole);
    if (source !== undefined) return fromSource(source, mode, context);
  }
  const lookup = (path: readonly string[]): Binding | undefined => {
    const reference = parseReference(path);
    const source = reference === undefined ? undefined : context.find(reference);
    if (source === undefined) return undefined;
    if (source.kind === "unset") return { kind: "unset" };
    return { kind: "value", text: source.kind === "value" ? source.text : source.uri };
  };
  const bound = bindTemplate(parseTemplate(text, context.target), lookup, { target: context.target, known: [] });
  context.issues.push(...bound.issues);
  return fromSource({ kind: "value", text: bound.text }, mode, context);
}

function fromSource(source: Source, mode: string | undefined, context: InputContext): JobInput | undefined {
  if (source.kind === "unset") return undefined;
  const type = context.spec?.type ?? "";
  if (source.kind === "value") {
    if (!isDataType(type)) return { jobInputType: "literal", value: source.text };
    return toData({ type: "uri_file", uri: source.uri ?? source.text, mode }, context);
  }
  return toData({ type: source.type, uri: source.uri, mode: mode ?? source.mode ?? undefined }, context);
}

function toData(data: { type: unknown; uri: string; mode: string | undefined }, context: InputContext): JobInput {
  const wish = data.mode ?? context.spec?.mode ?? undefined;
  const mode = wish === undefined ? undefined : parseInputMode(wish);
  return { jobInputType: typeOf(data.type, context.spec), uri: data.uri, ...(mode !== undefined && { mode }) };
}

/** The component knows best what its command expects; `path` of old components says nothing. */
function typeOf(given: unknown, spec: ComponentInput | undefined): DataBindingType {
  const known = (text: unknown) => DATA_BINDING_TYPES.find((type) => type === text);
  return known(spec?.type) ?? known(given) ?? "uri_folder";
}

function defaultOf(spec: ComponentInput | undefined): JobInput | undefined {
  if (spec?.default == null) return undefined;
  return { jobInputType: "literal", value: spec.default };
}

function missing(step: string, input: string, target: string): Issue {
  return { code: "MissingInput", message: `Step '${step}' needs a value for its input '${input}'.`, target };
}
