import type { Command } from "commander";

export interface CommandEntry {
  readonly summary: string;
  /** Imported only when the command is used, so that every other starts quickly. */
  load(): Promise<{ register(program: Command): void }>;
}

/** Commands in the order in which `--help` shows them, by heading. */
export const COMMAND_TABLE: Readonly<Record<string, Readonly<Record<string, CommandEntry>>>> = {
  "Get going": {
    quickstart: {
      summary: "Train, register, deploy and score a real model, step by step.",
      load: () => import("./commands/quickstart.ts"),
    },
    up: { summary: "Start the platform.", load: () => import("./commands/up.ts") },
    down: { summary: "Stop it.", load: () => import("./commands/down.ts") },
    status: { summary: "Show whether it runs, and where.", load: () => import("./commands/status.ts") },
    studio: { summary: "Open Studio in the browser, signed in.", load: () => import("./commands/studio.ts") },
    env: {
      summary: "Print what unmodified Azure clients need in their environment.",
      load: () => import("./commands/env.ts"),
    },
    configure: {
      summary: "Set the default group, workspace and location.",
      load: () => import("./commands/configure.ts"),
    },
    test: { summary: "Run every test of this checkout.", load: () => import("./commands/test.ts") },
  },
  "As in az ml": {
    workspace: {
      summary: "Workspaces: where jobs, assets and endpoints live.",
      load: () => import("./commands/workspace.ts"),
    },
    job: { summary: "Jobs: submit, follow, cancel, download.", load: () => import("./commands/job.ts") },
    schedule: { summary: "Schedules: jobs at certain times.", load: () => import("./commands/schedule.ts") },
    compute: { summary: "Computes: where jobs run.", load: () => import("./commands/compute.ts") },
    data: {
      summary: "Data assets: named versions of files, folders and tables.",
      load: () => import("./commands/data.ts"),
    },
    datastore: { summary: "Datastores: where data lies.", load: () => import("./commands/datastore.ts") },
    environment: {
      summary: "Environments: the packages that jobs and endpoints run with.",
      load: () => import("./commands/environment.ts"),
    },
    component: {
      summary: "Components: reusable steps with inputs and outputs.",
      load: () => import("./commands/component.ts"),
    },
    model: {
      summary: "Models: registered versions of what jobs have trained.",
      load: () => import("./commands/model.ts"),
    },
    "online-endpoint": {
      summary: "Online endpoints: models that answer requests.",
      load: () => import("./commands/online-endpoint.ts"),
    },
    "online-deployment": {
      summary: "Online deployments: what serves behind an endpoint.",
      load: () => import("./commands/online-deployment.ts"),
    },
  },
};

/** What `az ml` has and Lazuli has not yet: people who know them deserve a better answer than "no such command". */
export const COMMANDS_TO_COME: readonly string[] = [
  "batch-deployment",
  "batch-endpoint",
  "connection",
  "feature-set",
  "feature-store",
  "feature-store-entity",
  "registry",
];

export function findCommand(name: string): CommandEntry | undefined {
  for (const entries of Object.values(COMMAND_TABLE)) {
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry !== undefined) return entry;
  }
  return undefined;
}

export function commandNames(): string[] {
  return Object.values(COMMAND_TABLE).flatMap((entries) => Object.keys(entries));
}

/** `lazuli --help`, made without loading a single command. */
export function renderHelp(): string {
  const sections = Object.entries(COMMAND_TABLE).map(([heading, entries]) => {
    const lines = Object.entries(entries).map(([name, { summary }]) => `  ${name.padEnd(19)}${summary}`);
    return `${heading}:\n${lines.join("\n")}`;
  });
  return [
    "Lazuli: Azure Machine Learning on machines you own.",
    "",
    "Usage: lazuli <command> [options]        ('lazuli ml <command>' is the same)",
    "",
    sections.join("\n\n"),
    "",
    "Examples:",
    "  # The whole way once, from data to prediction",
    "  lazuli quickstart",
    "",
    "  # Submit a job from Azure ML YAML and follow its log",
    "  lazuli job create -f job.yml --stream",
    "",
    "  # Help for a command teaches with examples",
    "  lazuli job create --help",
    "",
  ].join("\n");
}
