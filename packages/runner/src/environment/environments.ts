import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import type { EnvironmentSpec } from "@lazuli/contract/node/task-spec.ts";
import { z } from "zod";

import type { PreparedEnvironment } from "../launch/task-variables.ts";
import { TaskFailure } from "../task-failure.ts";
import type { TranslatedCondaFile } from "./conda-file.ts";
import { describeEnvironment } from "./describe-environment.ts";
import { digestPlan, planEnvironment, type EnvironmentPlan } from "./environment-plan.ts";
import { describeSubstitution, findInterpreters, pickInterpreter, type Interpreter } from "./interpreters.ts";
import { makeVirtualEnvironment, sitePackages } from "./virtual-environment.ts";

const REMEMBERED_MAX = 200;
/** Commands that may install packages get a layer of their own: what they install must not reach other jobs. */
const INSTALLS = /\b(pip3?|conda|mamba|uv|poetry)\b|\.sh\b/;

export interface PrepareRequest {
  readonly spec: EnvironmentSpec;
  readonly command: string;
  /** Where a layer of the task's own goes, if it needs one. */
  readonly layerFolder: string;
  /** Path of the log that the build's output goes to; called when there is something to build. */
  openBuildLog(): string;
  /** Says what is being waited for. */
  note(reason: string): void;
  readonly signal: AbortSignal;
}

const environmentFileSchema = z.object({ interpreterStartMs: z.number() });

interface Known {
  readonly folder: string;
  readonly interpreter: Interpreter;
  readonly substitutions: Readonly<Record<string, string>>;
}

/** The Python environments of this machine, each built once under the digest of its content. */
export class Environments {
  readonly #homeFolder: string;
  readonly #variables: Readonly<Record<string, string | undefined>>;
  /** Environments that this runner has used, by their spec's content. */
  readonly #known = new Map<string, Known>();

  /** @param variables Variables of the node, for finding interpreters and package sources. */
  constructor(homeFolder: string, variables: Readonly<Record<string, string | undefined>>) {
    this.#homeFolder = homeFolder;
    this.#variables = variables;
  }

  /** Throws `TaskFailure` of category `environment`. */
  async prepare(request: PrepareRequest): Promise<PreparedEnvironment> {
    const { spec, command, layerFolder } = request;
    const needsLayer = INSTALLS.test(command);
    const known = await this.#ensure(request, needsLayer);
    if (known === undefined) return { folder: "/usr", paths: [], substitutions: { python: "none on this node" } };
    const { folder, interpreter } = known;
    const substitutions = { ...known.substitutions, ...describeImage(spec, interpreter) };
    const bin = join(folder, "bin");
    if (!needsLayer) return { folder, paths: [bin], substitutions };
    makeVirtualEnvironment(layerFolder, interpreter, sitePackages(folder, interpreter));
    return { folder: layerFolder, paths: [join(layerFolder, "bin"), bin], substitutions };
  }

  async #ensure(request: PrepareRequest, needsPip: boolean): Promise<Known | undefined> {
    const { pythonVersion, requirements, condaFile, image } = request.spec;
    const key = JSON.stringify([pythonVersion, requirements, condaFile, image, needsPip]);
    const remembered = this.#known.get(key);
    if (remembered !== undefined && existsSync(join(remembered.folder, "pyvenv.cfg"))) return remembered;
    const plan = await parsePlan(request.spec, needsPip);
    const interpreters = await this.findInterpreters();
    const interpreter = pickInterpreter(plan.pythonVersion, interpreters);
    if (interpreter === undefined) return refuseWithoutPython(plan);
    const python = describeSubstitution(plan.pythonVersion, interpreter);
    const substitutions = { ...(python === undefined ? {} : { python }), ...plan.substitutions };
    const folder = await this.#ensureFolder(plan, { interpreter, interpreters }, request);
    const known = { folder, interpreter, substitutions };
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(key, known);
    return known;
  }

  async #ensureFolder(
    plan: EnvironmentPlan,
    { interpreter, interpreters }: { interpreter: Interpreter; interpreters: readonly Interpreter[] },
    request: PrepareRequest,
  ): Promise<string> {
    const root = join(this.#homeFolder, "environments");
    const folder = join(root, digestPlan(plan, interpreter));
    if (isReady(folder)) return folder;
    if (plan.requirements.length === 0) return makeBare(folder, plan, interpreter);
    // Loaded on first need, as most tasks find their environment built.
    const { buildEnvironment } = await import("./build-environment.ts");
    const { withFileLock } = await import("./file-lock.ts");
    const onWait = (): void => request.note(`waits for another job that builds environment '${plan.name}'`);
    return withFileLock(`${folder}.lock`, { signal: request.signal, onWait }, async () => {
      if (isReady(folder)) return folder;
      const draft = `${folder}.draft`;
      rmSync(draft, { recursive: true, force: true });
      const { note, signal } = request;
      const toolsFolder = join(this.#homeFolder, "tools");
      const logPath = request.openBuildLog();
      const context = { toolsFolder, variables: this.#variables, logPath, note, signal };
      try {
        await buildEnvironment(draft, { plan, interpreter, interpreters }, context);
        renameSync(draft, folder);
      } catch (error) {
        rmSync(draft, { recursive: true, force: true });
        throw error;
      }
      return folder;
    });
  }

  /** All of the node; remembered in the home. */
  findInterpreters(): Promise<readonly Interpreter[]> {
    return findInterpreters({
      path: this.#variables["PATH"] ?? "",
      home: this.#variables["HOME"] ?? homedir(),
      pyenvRoot: this.#variables["PYENV_ROOT"],
      cachePath: join(this.#homeFolder, "tools", "interpreters.json"),
    });
  }
}

async function parsePlan(spec: EnvironmentSpec, needsPip: boolean): Promise<EnvironmentPlan> {
  try {
    const plan = planEnvironment(spec, await translate(spec.condaFile));
    return needsPip && plan.requirements.length === 0 ? { ...plan, requirements: ["pip"] } : plan;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TaskFailure(
      {
        category: "environment",
        code: "BadCondaFile",
        message: `The conda file of environment '${spec.name}' cannot be read: ${reason}`,
        hint: "Check the YAML of the environment's conda file.",
      },
      error,
    );
  }
}

/** The YAML parser too is loaded on first need. */
async function translate(condaFile: string | undefined): Promise<TranslatedCondaFile | undefined> {
  if (condaFile === undefined) return undefined;
  const { translateCondaFile } = await import("./conda-file.ts");
  return translateCondaFile(condaFile);
}

function refuseWithoutPython(plan: EnvironmentPlan): undefined {
  if (plan.requirements.length === 0) return undefined;
  throw new TaskFailure({
    category: "environment",
    code: "NoPython",
    message: `Environment '${plan.name}' needs Python, and this node has none.`,
    hint: "Install Python 3.10 or newer on the node.",
  });
}

/** Nothing to install: a folder with links to the interpreter, made on the spot. */
async function makeBare(folder: string, plan: EnvironmentPlan, interpreter: Interpreter): Promise<string> {
  const draft = `${folder}.${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  makeVirtualEnvironment(draft, interpreter);
  await describeEnvironment(draft, plan, interpreter);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another runner was faster; a folder cannot be renamed onto one that is not empty.
    rmSync(draft, { recursive: true, force: true });
    if (!isReady(folder)) throw error;
  }
  return folder;
}

function isReady(folder: string): boolean {
  try {
    environmentFileSchema.parse(JSON.parse(readFileSync(join(folder, "environment.json"), "utf8")));
    return true;
  } catch {
    // Not built yet.
    return false;
  }
}

function describeImage({ image }: EnvironmentSpec, interpreter: Interpreter): Record<string, string> {
  if (image === undefined) return {};
  return { image: `'${image}' asked, a virtual environment of Python ${interpreter.version} used` };
}
