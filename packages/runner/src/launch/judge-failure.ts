import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import type { ExitStatus } from "./launch-process.ts";

const KILLED = 137;

export interface Judgement {
  readonly category: TaskError["category"];
  readonly code: string;
  readonly hint?: string;
  /** Said when the log has no words of its own. */
  readonly message?: string;
}

export interface FailureEvidence {
  /** Text of the end of the log. */
  readonly tail: string;
  /** What the program said, in one line. */
  readonly message: string | undefined;
  readonly inputsFolder: string;
}

interface Rule {
  readonly applies: RegExp;
  readonly judgement: Judgement;
}

/** What a program says of itself, tried in order on its last words. */
const RULES: readonly Rule[] = [
  {
    applies: /No space left on device|\[Errno 28\]|ENOSPC/,
    judgement: {
      category: "system",
      code: "DiskFull",
      hint: "The node's disk is full: free some space there, or let the job write less.",
    },
  },
  {
    applies: /CUDA out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED|OutOfMemoryError: CUDA/,
    judgement: {
      category: "user",
      code: "OutOfGpuMemory",
      hint: "The GPU had no memory left: use smaller batches or a smaller model, or ask for more GPUs.",
    },
  },
  {
    applies:
      /^(?:\w+\.)*(?:_ArrayMemoryError|MemoryError)\b|std::bad_alloc|java\.lang\.OutOfMemoryError|heap out of memory/,
    judgement: {
      category: "user",
      code: "OutOfMemory",
      hint: "The program ran out of memory: let it work on less at a time.",
    },
  },
  {
    applies: /^(?:ImportError|AttributeError: module)\b|: cannot open shared object file|undefined symbol: /,
    judgement: {
      category: "environment",
      code: "BrokenPackage",
      hint: "A package of the environment does not offer what the code uses; check its version in the environment.",
    },
  },
  {
    applies: /pandas\.errors\.(?:EmptyDataError|ParserError)|pyarrow\.lib\.ArrowInvalid|UnicodeDecodeError/,
    judgement: {
      category: "data",
      code: "UnreadableData",
      hint: "The data is not of the form that the code reads; look at the file it opened last.",
    },
  },
];

const EXITS: ReadonlyMap<number, Judgement> = new Map([
  [
    126,
    {
      category: "user",
      code: "CommandFailed",
      hint: "The command was found but may not be executed; check its permissions.",
    },
  ],
  [
    127,
    {
      category: "environment",
      code: "ProgramNotFound",
      hint: "A program that the command names was not found in the environment; check its name and the environment's packages.",
    },
  ],
  [
    139,
    {
      category: "user",
      code: "CommandKilled",
      hint: "The process crashed inside native code; see the log for the library at fault.",
    },
  ],
]);

/** Whose fault a failure is, and what to do about it, by the program's last words, its exit code and its signal. */
export function judgeFailure(status: ExitStatus, evidence: FailureEvidence): Judgement {
  const { message, tail, inputsFolder } = evidence;
  const missing = missingModule(message);
  if (missing !== undefined) return missing;
  if (message !== undefined && message.includes(inputsFolder)) {
    return {
      category: "data",
      code: "UnreadableInput",
      hint: "The error names a file of an input: check what the input refers to, and the path below it.",
    };
  }
  const lastLines = message ?? tail.split("\n").slice(-10).join("\n");
  const rule = RULES.find(({ applies }) => applies.test(lastLines));
  if (rule !== undefined) return rule.judgement;
  if (status.exitCode === KILLED) {
    return {
      category: "user",
      code: "OutOfMemory",
      message: "The command was killed (SIGKILL), as happens when the machine has no memory left.",
      hint: "Let it work on less memory at a time, or run fewer jobs on the node at once.",
    };
  }
  const known = EXITS.get(status.exitCode);
  if (known !== undefined) return known;
  return { category: "user", code: status.signal === undefined ? "CommandFailed" : "CommandKilled" };
}

function missingModule(message: string | undefined): Judgement | undefined {
  const module = /^ModuleNotFoundError: No module named '([^']+)'/.exec(message ?? "")?.[1];
  if (module === undefined) return undefined;
  return {
    category: "environment",
    code: "PackageMissing",
    hint: `Package '${module.split(".")[0] ?? module}' is not in the job's environment; add it to the environment's packages.`,
  };
}
