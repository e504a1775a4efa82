import { PlatformError } from "@lazuli/contract/errors.ts";

import { workspaceId } from "../client.ts";
import { isExpression } from "../yaml/adapting-codec.ts";
import { isRecord } from "../yaml/composite-codec.ts";
import { componentEntity } from "../yaml/entities/component.ts";
import { typeOf } from "../yaml/entities/pipeline-jobs.ts";
import { YamlDocument } from "../yaml/yaml-document.ts";
import { splitInlineStep } from "./inline-component.ts";
import { gather } from "./gather.ts";
import { locateProblems } from "./locate-problems.ts";
import { mapInParallel } from "./map-in-parallel.ts";
import { resolveAsset, resolveCompute, resolveDatastore } from "./references.ts";
import {
  contentDigest,
  contextAt,
  resolveCodeAndEnvironment,
  resolveInput,
  resolveInputs,
  type SubmitContext,
  type Value,
} from "./resolve-parts.ts";

const ANONYMOUS_COMPONENT = "azureml_anonymous";
const CONTROL_TYPES = new Set(["if_else", "do_while", "parallel_for"]);

const SPARK_WORK = ["entry", "py_files", "jars", "files", "archives", "args", "conf"];

/** Ids of components that were registered in this submission, by the document or value that they came from. */
export type Registered = Map<object, Promise<string>>;

/** A pipeline job or component with its steps as ARM has them: every component registered, every path uploaded. */
export async function resolvePipeline(
  context: SubmitContext,
  value: Value,
  registered: Registered = new Map(),
): Promise<Value> {
  const jobs = isRecord(value["jobs"]) ? value["jobs"] : undefined;
  const whole = value["component"];
  const component = whole === undefined ? undefined : resolveComponentReference(context, whole, registered);
  const nodes = jobs === undefined ? undefined : resolveNodes({ context, pipeline: value, registered }, jobs);
  await gather<unknown>([
    ["jobs", Promise.resolve(nodes)],
    ["component", Promise.resolve(component)],
  ]);
  return {
    ...value,
    ...(nodes === undefined ? {} : { jobs: await nodes }),
    ...(component === undefined ? {} : { component: await component }),
    ...(isRecord(value["settings"]) ? { settings: resolveSettings(context, value["settings"]) } : {}),
  };
}

interface StepSurroundings {
  readonly context: SubmitContext;
  readonly pipeline: Value;
  readonly registered: Registered;
}

/** Several steps at a time; what is wrong with any of them is told of all. */
async function resolveNodes(around: StepSurroundings, jobs: Value): Promise<Value> {
  const attempts = await mapInParallel(Object.entries(jobs), async ([name, node]) => {
    const work = isRecord(node) ? resolveNode(around, node) : Promise.resolve(node);
    await work.catch(() => undefined);
    return { name, work };
  });
  const nodes = await gather<unknown>(attempts.map(({ name, work }) => [name, work]));
  return Object.fromEntries(attempts.map(({ name }, index) => [name, nodes[index]]));
}

async function resolveNode({ context, pipeline, registered }: StepSurroundings, node: Value): Promise<Value> {
  const type = typeOf(node);
  if (CONTROL_TYPES.has(type)) return type === "parallel_for" ? resolveItems(context, node) : node;
  if (type === "automl") return resolveAutoml(context, withCompute(context, node));
  const key = type === "sweep" ? "trial" : "component";
  const isInline = node[key] === undefined;
  const split = isInline
    ? splitInlineStep(node, pipeline)
    : { node: withSparkWork(node, node[key]), component: node[key] };
  const reference = resolveComponentReference(context, split.component, registered);
  const [inputs, task] = await gather([
    ["", resolveInputs(context, knownInputs(split.node["inputs"], split.component))],
    ["task", isRecord(split.node["task"]) ? resolveCodeAndEnvironment(context, split.node["task"]) : nothing()],
    // What is wrong with work that the step says itself stands at the step's own keys.
    [isInline ? "" : key, reference.then(nothing)],
  ]);
  return {
    ...withCompute(context, split.node),
    [key]: await reference,
    ...(inputs === undefined ? {} : { inputs }),
    ...(task === undefined ? {} : { task }),
  };
}

/** The id of a component: looked up when it is registered, registered when it lies in a file or in place. */
async function resolveComponentReference(
  context: SubmitContext,
  reference: unknown,
  registered: Registered,
): Promise<string> {
  if (typeof reference === "string") {
    return resolveAsset(context.client, context.scope, { reference, collection: "components" });
  }
  if (!isRecord(reference)) throw new PlatformError("BadRequest", "A step has no component.");
  const known = registered.get(reference);
  if (known !== undefined) return known;
  const registering =
    reference instanceof YamlDocument
      ? locateProblems(reference, () =>
          registerComponent(contextAt(context, reference.path), reference.value, registered),
        )
      : registerComponent(context, reference, registered);
  registered.set(reference, registering);
  return registering;
}

/** Registers a component without a name of its own; the same content is the same version, as in Azure's clients. */
async function registerComponent(context: SubmitContext, value: Value, registered: Registered): Promise<string> {
  const resolved = await resolveComponent(context, value, registered);
  const body = componentEntity.toBody({ ...resolved, name: ANONYMOUS_COMPONENT, version: "1" });
  const version = await contentDigest(JSON.stringify(body.properties));
  const id = `${workspaceId(context.scope)}/components/${ANONYMOUS_COMPONENT}/versions/${version}`;
  return (await context.client.put(id, { properties: { ...body.properties, isAnonymous: true } })).id;
}

/** A component of any type with its code, environment and steps as ids. */
export async function resolveComponent(
  context: SubmitContext,
  value: Value,
  registered: Registered = new Map(),
): Promise<Value> {
  const [parts, task] = await gather([
    ["", resolveCodeAndEnvironment(context, value)],
    ["task", isRecord(value["task"]) ? resolveCodeAndEnvironment(context, value["task"]) : nothing()],
  ]);
  const withTask: Value = task === undefined ? { ...parts } : { ...parts, task };
  return isRecord(value["jobs"]) ? resolvePipeline(context, withTask, registered) : withTask;
}

/** Inputs that a component at hand does not have are left out: Azure runs such steps without them. */
function knownInputs(inputs: unknown, component: unknown): unknown {
  const value = component instanceof YamlDocument ? component.value : component;
  if (!isRecord(inputs) || !isRecord(value)) return inputs;
  const declared = isRecord(value["inputs"]) ? value["inputs"] : {};
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => name in declared || name.includes(".")));
}

/** A Spark step repeats what its component says of the work, as Azure's clients send it. */
function withSparkWork(node: Value, component: unknown): Value {
  const value = component instanceof YamlDocument ? component.value : component;
  if (typeOf(node) !== "spark" || !isRecord(value)) return node;
  const work = SPARK_WORK.filter((key) => value[key] !== undefined).map((key) => [key, value[key]] as const);
  return { ...Object.fromEntries(work), ...node };
}

function nothing(): Promise<Value | undefined> {
  return Promise.resolve(undefined);
}

function withCompute(context: SubmitContext, node: Value): Value {
  const { compute } = node;
  if (typeof compute !== "string" || isExpression(compute)) return node;
  return { ...node, compute: resolveCompute(context.scope, compute) };
}

function resolveSettings({ scope }: SubmitContext, settings: Value): Value {
  const { default_compute: compute, default_datastore: datastore } = settings;
  return {
    ...settings,
    ...(typeof compute === "string" ? { default_compute: resolveCompute(scope, compute) } : {}),
    ...(typeof datastore === "string" ? { default_datastore: resolveDatastore(scope, datastore) } : {}),
  };
}

/** The data of an AutoML job or step. */
export async function resolveAutoml(context: SubmitContext, value: Value): Promise<Value> {
  const keys = ["training_data", "validation_data", "test_data"].filter((key) => isRecord(value[key]));
  const resolved = keys.map(async (key) => [key, await resolveInput(context, recordOf(value[key]))] as const);
  return { ...value, ...Object.fromEntries(await Promise.all(resolved)) };
}

/** Items that are data are uploaded like inputs. */
async function resolveItems(context: SubmitContext, node: Value): Promise<Value> {
  const { items } = node;
  const resolveItem = (item: unknown) => (isRecord(item) ? resolveInputs(context, item) : item);
  if (Array.isArray(items)) return { ...node, items: await Promise.all(items.map(resolveItem)) };
  if (!isRecord(items)) return node;
  const entries = Object.entries(items).map(async ([name, item]) => [name, await resolveItem(item)] as const);
  return { ...node, items: Object.fromEntries(await Promise.all(entries)) };
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
