import { PlatformError } from "@lazuli/contract/errors.ts";
import { Option, type Command } from "commander";

import { Options } from "./options.ts";
import { OUTPUT_FORMATS, renderOutput, type OutputFormat } from "./output/render-output.ts";
import type { Session } from "./session/session.ts";

/** A flag as commander writes it, `-n, --name <name>`, and what it is for. */
export type OptionSpec = readonly [flags: string, description: string];

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly OptionSpec[];
  /** Values without a flag, in their order; each has a flag of the same name too, or is read by its name. */
  readonly operands?: readonly (readonly [name: string, description: string])[];
  /** Command lines without the program's name, each with what it does. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** Columns for `-o table`. */
  readonly columns?: readonly string[];
  /** What one item of the result shows in a table, by heading; instead of `columns`. */
  readonly toRow?: (item: unknown) => Readonly<Record<string, unknown>>;
  /** Does it, and returns what is printed; `undefined` prints nothing. */
  run(session: Session, options: Options): Promise<unknown>;
}

export const WORKSPACE_OPTIONS: readonly OptionSpec[] = [
  ["-g, --resource-group <name>", "Resource group. Default: configured, or that of the server."],
  ["-w, --workspace-name <name>", "Workspace. Default: configured, or that of the server."],
];

export const NO_WAIT: OptionSpec = ["--no-wait", "Return as soon as the platform has accepted the request."];
export const YES: OptionSpec = ["-y, --yes", "Do not ask."];
export const SET: OptionSpec = ["--set <assignments...>", "Set keys of the file: path.to.key=value; repeatable."];
export const UPDATE_OPTIONS: readonly OptionSpec[] = [
  ["--set <assignments...>", "Set keys: path.to.key=value; repeatable."],
  ["--add <items...>", "Add to a list, or a key to a group: path.to.list value, or path key=value."],
  ["--remove <places...>", "Remove a key, or an item of a list: path.to.key, or path.to.list index."],
  ["--force-string", "Keep values of --set and --add as text."],
];

/** Adds a command to its noun, with the options that every command has. */
export function addCommand(noun: Command, spec: CommandSpec): void {
  const command = noun.command(spec.name).description(spec.summary).allowExcessArguments(false);
  for (const [name, description] of spec.operands ?? []) command.argument(`[${name}]`, description);
  for (const [flags, description] of spec.options ?? []) {
    // `--no-wait` sets `wait` to false in commander; here it is a flag of its own name, like all others.
    const option = new Option(flags, description);
    if (flags.startsWith("--no-")) Object.assign(option, { negate: false, attributeName: () => "noWait" });
    command.addOption(option);
  }
  command
    .addOption(new Option("--subscription <id>", "Subscription id. Default: configured, or that of the server."))
    .addOption(new Option("-o, --output <format>", "Output format.").choices(OUTPUT_FORMATS))
    .addOption(new Option("--query <jmespath>", "Pick from the output, as 'properties.status' or '[].name'."))
    .addOption(new Option("--only-show-errors", "Print errors only."))
    .addOption(new Option("--verbose", "Say more.").hideHelp())
    .addOption(new Option("--debug", "Show where an error came from.").hideHelp());
  if (spec.examples !== undefined) command.addHelpText("after", renderExamples(spec.examples));
  command.action(async () => {
    const operands = (spec.operands ?? []).map(([name], index) => [name, command.args[index]] as const);
    const options = new Options({ ...Object.fromEntries(operands), ...command.opts() });
    const { Session } = await import("./session/session.ts");
    const result = await spec.run(await Session.open(options), options);
    const format = parseFormat(options.text("output") ?? process.env["AZURE_CORE_OUTPUT"]);
    const text = await renderOutput(result, {
      format,
      query: options.text("query"),
      columns: spec.columns,
      toRow: spec.toRow,
    });
    process.stdout.write(text);
  });
}

/** A noun with its commands, for `--help` and for lookup. */
export function addNoun(
  program: Command,
  noun: { name: string; summary: string; commands: readonly CommandSpec[] },
): void {
  const command = program.command(noun.name).description(noun.summary);
  for (const spec of noun.commands) addCommand(command, spec);
}

function parseFormat(text: string | undefined): OutputFormat {
  const found = OUTPUT_FORMATS.find((format) => format === (text ?? "json"));
  if (found !== undefined) return found;
  throw new PlatformError("BadRequest", `'${text}' is no output format; use one of ${OUTPUT_FORMATS.join(", ")}.`);
}

function renderExamples(examples: readonly (readonly [string, string])[]): string {
  const lines = examples.map(([line, what]) => `  # ${what}\n  lazuli ${line}`);
  return `\nExamples:\n${lines.join("\n\n")}\n`;
}
