import { PlatformError } from "@lazuli/contract/errors.ts";

import type { CommandSpec, OptionSpec } from "../command-spec.ts";
import { WORKSPACE_OPTIONS } from "../command-spec.ts";
import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { render } from "./entity-actions.ts";
import { streamJob } from "./job-stream.ts";
import { describeDiff, describeReuse } from "./describe-history.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the job; the same as the first word after the command."];
const JOB = ["job", "Name of the job."] as const;

/** Commands that Azure has not: why a step ran, going on after a failure, what differs between two jobs. */
export const JOB_HISTORY_COMMANDS: readonly CommandSpec[] = [
  {
    name: "explain-reuse",
    summary: "Say what each step of a pipeline was reused from, or why it ran.",
    operands: [JOB],
    options: [NAME, ["--node <node>", "Of a pipeline: only this node."], ...WORKSPACE_OPTIONS],
    examples: [
      ["job explain-reuse plucky_heron_4k2mx09qpa", "All steps of a pipeline, in sentences"],
      ["job explain-reuse plucky_heron_4k2mx09qpa --node train -o json", "One of them, for a program"],
    ],
    run: explainReuse,
  },
  {
    name: "resume",
    summary: "Go on with a pipeline that failed or was canceled: a new job in which completed steps are not run again.",
    operands: [JOB],
    options: [
      NAME,
      ["--new-name <name>", "Name of the new job."],
      ["-s, --stream", "Show the new job's log until it has ended."],
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["job resume plucky_heron_4k2mx09qpa --stream", "Go on from the failed step, and follow it"]],
    run: resume,
  },
  {
    name: "diff",
    summary: "Show how two jobs differ: code, environment, inputs, parameters, metrics.",
    operands: [JOB, ["other", "The job to compare it with."]],
    options: [NAME, ["--other <name>", "The job to compare it with."], ...WORKSPACE_OPTIONS],
    examples: [["job diff plucky_heron_4k2mx09qpa calm_pond_7sy2mb81zq", "What the second has that the first has not"]],
    run: diff,
  },
];

async function explainReuse(session: Session, options: Options): Promise<unknown> {
  const answer = await session.client.post(jobId(session, options), "explainReuse");
  const explained = pickNode(asRecord(answer), options.text("node"));
  return inSentences(options, explained, describeReuse);
}

/** The explanation of one node; nodes of pipelines within are written `outer/inner`. */
function pickNode(explained: Record<string, unknown>, node: string | undefined): Record<string, unknown> {
  if (node === undefined) return explained;
  const [first, ...rest] = node.split("/");
  const steps = Array.isArray(explained["steps"]) ? explained["steps"].map(asRecord) : [];
  const found = steps.find((step) => step["node"] === first);
  if (found === undefined) {
    const known = steps.map((step) => `'${String(step["node"])}'`).join(", ");
    throw new PlatformError("NotFound", `There is no node '${first}'; there is ${known === "" ? "none" : known}.`);
  }
  return rest.length === 0 ? found : pickNode(found, rest.join("/"));
}

async function resume(session: Session, options: Options): Promise<unknown> {
  const newName = options.text("newName");
  const body = newName === undefined ? {} : { name: newName };
  const made = asRecord(await session.client.post(jobId(session, options), "resume", { body }));
  const name = String(made["name"]);
  process.stderr.write(
    `Job '${name}' goes on with '${jobName(options)}': steps that completed there are taken over as they are, ` +
      "also those that are not deterministic; all others run.\n",
  );
  if (options.isSet("stream")) await streamJob(session, name);
  return render("job", await session.client.get(`${session.workspaceId}/jobs/${name}`));
}

async function diff(session: Session, options: Options): Promise<unknown> {
  const body = { other: options.requireText("other") };
  const answer = asRecord(await session.client.post(jobId(session, options), "diff", { body }));
  return inSentences(options, answer, describeDiff);
}

/** Sentences for a reader; the whole answer for whoever names a format or picks from it. */
function inSentences(
  options: Options,
  value: Record<string, unknown>,
  describe: (value: Record<string, unknown>) => string,
): unknown {
  if (options.text("output") !== undefined || options.text("query") !== undefined) return value;
  process.stdout.write(describe(value));
  return undefined;
}

function jobId(session: Session, options: Options): string {
  return `${session.workspaceId}/jobs/${jobName(options)}`;
}

function jobName(options: Options): string {
  const name = options.text("name") ?? options.text("job");
  if (name !== undefined) return name;
  throw new PlatformError("BadRequest", "The job is missing; name it after the command.", { target: "name" });
}
