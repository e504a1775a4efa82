import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What the system is asked to run. */
export interface LaunchPlan {
  readonly program: string;
  readonly args: readonly string[];
}

/** Words that mean to a shell what they say: no quoting, expansion, redirection, assignment or list. */
const PLAIN_COMMAND = /^[A-Za-z0-9_.+-]+(?: +[A-Za-z0-9_./@%+,:=-]+)*$/;
/** Words that a shell carries out itself, or in its own way, even where a program of the name exists. */
const SHELL_WORDS = new Set(
  (
    ". : alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown do " +
    "done echo elif else enable esac eval exec exit export fc fg fi for function getopts hash help history if in jobs " +
    "kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source " +
    "suspend test then time times trap type typeset ulimit umask unalias unset until wait while"
  ).split(" "),
);
const SHELLS = ["/bin/bash", "/usr/bin/bash"];
const ELF = "\u007fE";
const SCRIPT = "#!";

/**
 * Commands are written for bash, as on Azure; where there is none, POSIX sh takes most of them. A plain
 * `python train.py --rate 0.1` needs no shell to be understood, and starts two milliseconds sooner without.
 */
export function planLaunch(command: string, path: string): LaunchPlan {
  const direct = planDirect(command.trim(), path);
  if (direct !== undefined) return direct;
  const shell = SHELLS.find((candidate) => existsSync(candidate)) ?? "/bin/sh";
  return { program: shell, args: ["-c", command] };
}

function planDirect(command: string, path: string): LaunchPlan | undefined {
  if (!PLAIN_COMMAND.test(command)) return undefined;
  const [name = "", ...args] = command.split(/ +/);
  if (SHELL_WORDS.has(name)) return undefined;
  const folders = path.split(delimiter).filter((folder) => folder.startsWith("/"));
  const program = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  return program !== undefined && isProgram(program) ? { program, args } : undefined;
}

/** What the kernel starts by itself; a script without `#!` only a shell can. */
function isProgram(path: string): boolean {
  const bytes = Buffer.alloc(2);
  try {
    const file = openSync(path, "r");
    readSync(file, bytes);
    closeSync(file);
  } catch {
    // Not readable, a folder: the shell says it better.
    return false;
  }
  const start = bytes.toString("latin1");
  return start === ELF || start === SCRIPT;
}
