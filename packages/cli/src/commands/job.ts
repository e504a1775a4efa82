import type { Command } from "commander";

import { addNoun, SET, UPDATE_OPTIONS, WORKSPACE_OPTIONS, type CommandSpec, type OptionSpec } from "../command-spec.ts";
import { changing, listEntities, render, setArchived } from "./entity-actions.ts";
import { downloadJob } from "./job-download.ts";
import { createAndFollow, openStudio, validate } from "./job-create.ts";
import { JOB_HISTORY_COMMANDS } from "./job-history.ts";
import { showServices } from "./job-services.ts";
import { jobRow } from "./job-row.ts";
import { connectSsh } from "./job-ssh.ts";
import { streamJob } from "./job-stream.ts";
import { updateEntity } from "./update-entity.ts";

const NAME: OptionSpec = ["-n, --name <name>", "Name of the job."];
const WEB: OptionSpec = ["-e, --web", "Open the job in Studio."];
/** What `job list` shows at most when it is not told. */
const LISTED_MAX = 50;

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "create",
    summary: "Submit a job from a YAML file.",
    options: [
      ["-f, --file <path>", "YAML file of the job."],
      ["--from <job>", "Instead of a file: run this job again, with what --set changes."],
      NAME,
      ["-s, --stream", "Show the job's log until it has ended."],
      ["-a, --save-as <path>", "Write what was made to a YAML file."],
      SET,
      ["--skip-validation", "Accepted for scripts."],
      WEB,
      ...WORKSPACE_OPTIONS,
    ],
    examples: [
      ["job create -f job.yml --stream", "Submit and follow its log"],
      [
        "job create -f job.yml --set inputs.epochs=10 compute=azureml:cpu-cluster",
        "With other values than in the file",
      ],
      ["job create --from plucky_heron_4k2mx09qpa --set inputs.epochs=20", "A job again, with another value"],
      ["job create -f job.yml --query name -o tsv", "The job's name alone, for a script"],
    ],
    toRow: jobRow,
    run: createAndFollow,
  },
  {
    name: "show",
    summary: "Show a job: its state, inputs, outputs and links.",
    options: [NAME, WEB, ...WORKSPACE_OPTIONS],
    toRow: jobRow,
    examples: [["job show -n plucky_heron_4k2mx09qpa --query status -o tsv", "Only its state"]],
    async run(session, options) {
      const shown = render("job", await session.client.get(jobId(session.workspaceId, options.requireText("name"))));
      if (options.isSet("web")) await openStudio(shown);
      return shown;
    },
  },
  {
    name: "list",
    summary: "List jobs, newest first.",
    options: [
      ["-r, --max-results <count>", "List no more than this. Default: 50."],
      ["--all-results", "List all."],
      ["-p, --parent-job-name <name>", "Only the children of this job."],
      ["--include-archived", "Also those that are archived."],
      ["--archived-only", "Only those that are archived."],
      ...WORKSPACE_OPTIONS,
    ],
    toRow: jobRow,
    examples: [
      ["job list -o table", "The last 50 jobs"],
      ["job list --query \"[?status=='Failed'].name\" -o tsv", "Names of failed jobs"],
    ],
    async run(session, options) {
      return listEntities(session, "job", {
        collection: `${session.workspaceId}/jobs`,
        query: { parentJobName: options.text("parentJobName") },
        ...(options.isSet("allResults") ? {} : { itemCountMax: LISTED_MAX }),
      });
    },
  },
  {
    name: "stream",
    summary: "Show a job's log until it has ended; fails when the job fails.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["job stream -n plucky_heron_4k2mx09qpa", "Follow a job"]],
    run: (session, options) => streamJob(session, options.requireText("name")),
  },
  {
    name: "cancel",
    summary: "End a job: its processes get a moment to finish, then they are stopped.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [["job cancel -n plucky_heron_4k2mx09qpa", "Cancel a job"]],
    async run(session, options) {
      const name = options.requireText("name");
      const id = jobId(session.workspaceId, name);
      await changing(session, `Canceling job '${name}'`, (change) =>
        session.client.post(id, "cancel", { options: change }),
      );
      return undefined;
    },
  },
  {
    name: "download",
    summary: "Download a job's artifacts and outputs.",
    options: [
      NAME,
      ["-p, --download-path <folder>", "Folder to put them in. Default: here."],
      ["--output-name <name>", "Only this output."],
      ["--all", "All outputs besides the artifacts."],
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["job download -n plucky_heron_4k2mx09qpa --all -p ./results", "Everything a job wrote"]],
    run: downloadJob,
  },
  {
    name: "show-services",
    summary: "Show the programs a running job offers (Jupyter, TensorBoard, ssh).",
    options: [NAME, ["-i, --node-index <index>", "Machine of the job. Default: 0."], ...WORKSPACE_OPTIONS],
    examples: [["job show-services -n plucky_heron_4k2mx09qpa", "Where to open them"]],
    run: showServices,
  },
  {
    name: "connect-ssh",
    summary: "Open a shell on a machine of a running job that offers ssh as a service.",
    options: [
      NAME,
      ["-i, --node-index <index>", "Machine of the job. Default: 0."],
      ["-f, --private-key-file-path <path>", "Private key to the public one in the job's file."],
      ...WORKSPACE_OPTIONS,
    ],
    examples: [["job connect-ssh -n plucky_heron_4k2mx09qpa", "On its first machine"]],
    run: connectSsh,
  },
  {
    name: "update",
    summary: "Change a job's display name, description, tags or experiment.",
    options: [NAME, WEB, ...UPDATE_OPTIONS, ...WORKSPACE_OPTIONS],
    examples: [["job update -n plucky_heron_4k2mx09qpa --set tags.keep=true", "Add a tag"]],
    run: (session, options) =>
      updateEntity(session, { noun: "job", id: jobId(session.workspaceId, options.requireText("name")) }),
  },
  {
    name: "validate",
    summary: "Check a job's YAML file, its components and what they refer to, without submitting it.",
    options: [["-f, --file <path>", "YAML file of the job."], SET, ...WORKSPACE_OPTIONS],
    examples: [["job validate -f job.yml", "All its problems at once"]],
    run: validate,
  },
  ...JOB_HISTORY_COMMANDS,
  ...(["archive", "restore"] as const).map((name): CommandSpec => ({
    name,
    summary: name === "archive" ? "Hide a job from lists." : "Bring an archived job back.",
    options: [NAME, ...WORKSPACE_OPTIONS],
    examples: [[`job ${name} -n plucky_heron_4k2mx09qpa`, name === "archive" ? "Hide a job" : "Bring it back"]],
    run: (session, options) =>
      setArchived(session, jobId(session.workspaceId, options.requireText("name")), name === "archive"),
  })),
];

export function register(program: Command): void {
  addNoun(program, { name: "job", summary: "Jobs: submit, follow, cancel, download.", commands: COMMANDS });
}

function jobId(workspaceId: string, name: string): string {
  return `${workspaceId}/jobs/${name}`;
}
