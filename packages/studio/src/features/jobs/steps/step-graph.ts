import type { Job } from "../../../api/jobs.ts";

/** A node of a pipeline, with the job that carried it out last. */
export interface Step {
  readonly name: string;
  /** `command`, `sweep`, `if_else` …. */
  readonly type: string;
  readonly job: Job | undefined;
  /** Jobs of the node: more than one in a loop. */
  readonly jobCount: number;
}

export interface StepLink {
  readonly from: string;
  readonly to: string;
}

export interface StepGraph {
  readonly steps: readonly Step[];
  readonly links: readonly StepLink[];
}

const NODE_PROPERTY = "azureml.nodeid";
const BINDING = /\$\{\{\s*parent\.jobs\.([\w-]+)(?:\.|\s*\}\})/g;

/** The nodes of a pipeline and what they hand on, read from its definition and the jobs there are. */
export function buildStepGraph(pipeline: Job, children: readonly Job[]): StepGraph {
  const byNode = Map.groupBy(children, nodeOf);
  const nodes = pipeline.properties.jobs ?? {};
  const names = [...new Set([...Object.keys(nodes), ...byNode.keys()])];
  const known = new Set(names);
  const steps = names.map((name): Step => {
    const jobs = byNode.get(name) ?? [];
    const job = jobs.at(-1);
    const type = nodes[name]?.type ?? job?.properties.jobType?.toLowerCase() ?? "command";
    return { name, type, job, jobCount: jobs.length };
  });
  const links = Object.entries(nodes).flatMap(([to, node]) =>
    listReferences(node)
      .filter((from) => from !== to && known.has(from))
      .map((from): StepLink => ({ from, to })),
  );
  return { steps, links };
}

/** The node that a job carries out; a round of a loop is `node#3`. */
export function nodeOf(job: Job): string {
  const node = job.properties.properties?.[NODE_PROPERTY];
  return typeof node === "string" ? node.replace(/#\d+$/, "") : (job.properties.displayName ?? job.name);
}

export function isReused(job: Job): boolean {
  return job.properties.properties?.["azureml.isreused"] === "true";
}

function listReferences(node: unknown): string[] {
  const found = [...JSON.stringify(node).matchAll(BINDING)].map((match) => match[1] ?? "");
  return [...new Set(found)];
}
