import { isExpression } from "./adapting-codec.ts";
import { below, type Place } from "./codec.ts";
import { isRecord } from "./composite-codec.ts";
import { typeOf } from "./entities/pipeline-jobs.ts";
import { suggest } from "./nearest-word.ts";
import { YamlDocument } from "./yaml-document.ts";

type Value = Readonly<Record<string, unknown>>;

/** What a step takes and gives, as far as its component is at hand. */
interface StepPorts {
  readonly inputs: Value;
  readonly outputs: Value;
}

/** Bindings inside an expression: `parent.inputs.x`, `parent.outputs.x`, `parent.jobs.step.outputs.y`. */
const BINDING = /\$\{\{\s*parent\.(inputs|outputs|jobs)\.([\w-]+)((?:\.[\w-]+)*)\s*\}\}/g;

/** Keys of a step whose texts are bound elsewhere: to the step's own inputs. */
const NOT_BOUND_HERE = new Set(["component", "trial", "command", "task", "args", "code"]);

/** Reports steps that are bound to what is not there, or that miss an input; warns of inputs that nobody takes. */
export function checkPipeline(pipeline: Value, place: Place): void {
  const jobs = isRecord(pipeline["jobs"]) ? pipeline["jobs"] : {};
  const ports = new Map(Object.entries(jobs).map(([name, node]) => [name, portsOf(node)]));
  for (const [name, node] of Object.entries(jobs)) {
    if (!isRecord(node)) continue;
    const at = below(below(place, "jobs"), name);
    checkPorts(node, ports.get(name), at);
    for (const [key, value] of Object.entries(node)) {
      if (NOT_BOUND_HERE.has(key)) continue;
      checkBindings(value, below(at, key), { pipeline, jobs, ports });
    }
  }
}

/** `undefined` when the component is registered elsewhere: the platform knows it, this file does not. */
function portsOf(node: unknown): StepPorts | undefined {
  if (!isRecord(node)) return undefined;
  const reference = node["component"] ?? node["trial"];
  const component = reference instanceof YamlDocument ? reference.value : reference;
  if (!isRecord(component)) return undefined;
  return { inputs: recordOf(component["inputs"]), outputs: recordOf(component["outputs"]) };
}

function checkPorts(node: Value, ports: StepPorts | undefined, at: Place): void {
  if (ports === undefined) return;
  const given = recordOf(node["inputs"]);
  const searched = recordOf(node["search_space"]);
  for (const name of Object.keys(given)) {
    if (name in ports.inputs || name.includes(".")) continue;
    const message = `The component has no input '${name}'${suggestAmong(name, Object.keys(ports.inputs))}`;
    // Azure runs such steps without the value; files rely on it.
    at.warn([...at.path, "inputs", name], message);
  }
  for (const [name, input] of Object.entries(ports.inputs)) {
    if (name in given || name in searched || !isRecord(input)) continue;
    if (input["optional"] === true || input["default"] !== undefined) continue;
    at.report([...at.path, "inputs"], `The input '${name}' of the component is missing from step '${stepOf(at)}'.`);
  }
  for (const name of Object.keys(recordOf(node["outputs"]))) {
    if (name in ports.outputs) continue;
    const message = `The component has no output '${name}'${suggestAmong(name, Object.keys(ports.outputs))}`;
    at.report([...at.path, "outputs", name], message, "key");
  }
}

interface Around {
  readonly pipeline: Value;
  readonly jobs: Value;
  readonly ports: ReadonlyMap<string, StepPorts | undefined>;
}

function checkBindings(value: unknown, at: Place, around: Around): void {
  if (Array.isArray(value)) value.forEach((item, index) => checkBindings(item, below(at, index), around));
  else if (isRecord(value) && !(value instanceof YamlDocument)) {
    for (const [key, item] of Object.entries(value)) checkBindings(item, below(at, key), around);
  } else if (isExpression(value)) {
    for (const match of value.matchAll(BINDING)) checkBinding(match, at, around);
  }
}

function checkBinding(match: RegExpMatchArray, at: Place, { pipeline, jobs, ports }: Around): void {
  const [, kind = "", name = "", rest = ""] = match;
  if (kind !== "jobs") {
    const known = Object.keys(recordOf(pipeline[kind]));
    // Inputs of a group are written `group.name`, and lie flat or nested.
    if (known.includes(name) || known.some((other) => other.startsWith(`${name}.`))) return;
    const word = kind === "inputs" ? "input" : "output";
    at.report(at.path, `The pipeline has no ${word} '${name}'${suggestAmong(name, known)}`);
    return;
  }
  const node = jobs[name];
  if (node === undefined) {
    at.report(at.path, `There is no step '${name}'${suggestAmong(name, Object.keys(jobs))}`);
    return;
  }
  checkStepPort({ step: name, rest, node }, at, ports.get(name));
}

function checkStepPort(
  { step, rest, node }: { step: string; rest: string; node: unknown },
  at: Place,
  ports: StepPorts | undefined,
): void {
  const [, direction = "", port] = rest.split(".");
  if (port === undefined || (direction !== "inputs" && direction !== "outputs")) return;
  if (isControl(node)) return;
  const own = isRecord(node) ? recordOf(node[direction]) : {};
  const known = ports === undefined ? Object.keys(own) : Object.keys(ports[direction]);
  const isRegistered = ports === undefined && isRecord(node) && node["component"] !== undefined;
  if (isRegistered || known.includes(port) || (isRecord(node) && typeOf(node) === "automl")) return;
  const word = direction === "inputs" ? "input" : "output";
  at.report(at.path, `Step '${step}' has no ${word} '${port}'${suggestAmong(port, known)}`);
}

function isControl(node: unknown): boolean {
  return ["if_else", "do_while", "parallel_for", "import", "data_transfer"].includes(typeOf(node));
}

function suggestAmong(name: string, known: readonly string[]): string {
  return known.length === 0 ? "." : suggest(name, known);
}

function stepOf(at: Place): string {
  return String(at.path.at(-1));
}

function recordOf(value: unknown): Value {
  return isRecord(value) ? value : {};
}
