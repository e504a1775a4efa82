import type { CommandJob } from "@lazuli/contract/jobs/command.ts";

import { bindTemplate, type Binding } from "../../../domain/expressions/bind-template.ts";
import { parseTemplate } from "../../../domain/expressions/template.ts";
import type { Issue } from "../../../domain/issue.ts";

/** Puts literals into a job's command; paths of data stay as expressions for the node. */
export function bindJobCommand(job: CommandJob): { text: string; issues: readonly Issue[] } {
  const bindings = listBindings(job);
  const lookup = (path: readonly string[]): Binding | undefined => bindings.get(path.join("."));
  const target = "properties.command";
  return bindTemplate(parseTemplate(job.command, target), lookup, { target, known: [...bindings.keys()] });
}

/** Literal inputs that have a value, as text. */
export function literalInputs(job: CommandJob): Record<string, string> {
  const entries = Object.entries(job.inputs ?? {}).flatMap(([name, input]) =>
    input?.jobInputType === "literal" && input.value != null ? [[name, String(input.value)] as const] : [],
  );
  return Object.fromEntries(entries);
}

function listBindings(job: CommandJob): Map<string, Binding> {
  const bindings = new Map<string, Binding>();
  for (const [name, input] of Object.entries(job.inputs ?? {})) bindings.set(`inputs.${name}`, inputBinding(input));
  for (const name of Object.keys(job.outputs ?? {})) bindings.set(`outputs.${name}`, { kind: "later" });
  return bindings;
}

function inputBinding(input: NonNullable<CommandJob["inputs"]>[string] | undefined): Binding {
  if (input == null) return { kind: "unset" };
  if (input.jobInputType !== "literal") return input.uri == null ? { kind: "unset" } : { kind: "later" };
  return input.value == null ? { kind: "unset" } : { kind: "value", text: String(input.value) };
}

/** Fills `${{name}}` and the like in the place of an output; `undefined` parts stay as they are. */
export function bindOutputPath(uri: string, names: Readonly<Record<string, string>>) {
  const lookup = (path: readonly string[]): Binding | undefined => {
    const text = names[path.join(".")];
    return text === undefined ? undefined : { kind: "value", text };
  };
  const target = "properties.outputs";
  return bindTemplate(parseTemplate(uri, target), lookup, { target, known: Object.keys(names) });
}
