import { PlatformError } from "@lazuli/contract/errors.ts";
import { VERSION } from "@lazuli/contract/version.ts";

import { commandNames, COMMANDS_TO_COME, findCommand, renderHelp, type CommandEntry } from "./command-table.ts";

const USAGE_EXIT = 2;
const FAILURE_EXIT = 1;

export interface RunOptions {
  /** Stands before every error message. */
  readonly errorPrefix: string;
}

/** Runs one command line; returns the exit code: 0 done, 1 it failed, 2 it was not understood. */
export async function runCommandLine(
  argv: readonly string[],
  { errorPrefix }: RunOptions = { errorPrefix: "" },
): Promise<number> {
  const args = argv[0] === "ml" ? argv.slice(1) : [...argv];
  const [name] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(renderHelp());
    return 0;
  }
  if (name === "--version" || name === "version") {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  const entry = findCommand(name);
  if (entry === undefined && COMMANDS_TO_COME.includes(name)) {
    process.stderr.write(
      `${errorPrefix}The commands of '${name}' come with a later release of Lazuli; 'lazuli --help' shows what is there.\n`,
    );
    return USAGE_EXIT;
  }
  if (entry === undefined) {
    const { suggest } = await import("@lazuli/sdk/yaml/nearest-word.ts");
    process.stderr.write(`${errorPrefix}'${name}' is not a command${suggest(name, commandNames())}\n`);
    return USAGE_EXIT;
  }
  return runProgram(args, { load: entry.load, errorPrefix });
}

/** Runs the command that `load` registers. */
export async function runProgram(
  args: string[],
  { load, errorPrefix }: RunOptions & { readonly load: CommandEntry["load"] },
): Promise<number> {
  const [{ Command, CommanderError }, { register }] = await Promise.all([import("commander"), load()]);
  // Settings that subcommands inherit must be there before they are added.
  const program = new Command("lazuli").exitOverride().showHelpAfterError("Add --help to see how it is used.");
  program.configureHelp({ sortSubcommands: false, showGlobalOptions: false });
  program.configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, errorPrefix)) });
  register(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 || error.code === "commander.help" ? 0 : USAGE_EXIT;
    return reportFailure(error, { args, errorPrefix });
  }
}

/** One sentence for what the user can act on; the stack only for bugs or with `--debug`. */
function reportFailure(
  error: unknown,
  { args, errorPrefix }: { args: readonly string[]; errorPrefix: string },
): number {
  if (isBrokenPipe(error)) return 0;
  if (!(error instanceof PlatformError)) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`This is a bug in Lazuli, please report it:\n${trace}\n`);
    return FAILURE_EXIT;
  }
  const code = error.azureCode === undefined ? "" : `(${error.azureCode}) `;
  process.stderr.write(`${errorPrefix}${code}${error.message}\n`);
  // A YAML file's problems are the message itself, and a single problem often is.
  const further = error.details.filter(
    ({ code: kind, message }) => kind !== "InvalidYaml" && message !== error.message,
  );
  for (const { target, message } of further) {
    process.stderr.write(`  ${target === undefined ? "" : `${target}: `}${message}\n`);
  }
  if (args.includes("--debug") && error.stack !== undefined) process.stderr.write(`${error.stack}\n`);
  return FAILURE_EXIT;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
