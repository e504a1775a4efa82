import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { bindCommand, listPlaceholders } from "@lazuli/contract/shared/command-binding.ts";
import type { TaskResult } from "@lazuli/contract/node/task-report.ts";
import type { TaskSpec } from "@lazuli/contract/node/task-spec.ts";

import type { DriverChannel } from "./driver-channel.ts";
import type { Environments } from "./environment/environments.ts";
import { describeShortDisk, freeShortDisk } from "./free-disk.ts";
import type { BlobClient } from "./inputs/blob-client.ts";
import { stageCode, stageInput } from "./inputs/stage-inputs.ts";
import { describeFailure, readTail, tailLines } from "./launch/describe-failure.ts";
import { launchProcess, type ExitStatus, type LaunchedTask } from "./launch/launch-process.ts";
import { launchGroup, readGroupTail, type LaunchedGroup } from "./launch/launch-group.ts";
import type { Launcher } from "./launch/launcher.ts";
import { logNames } from "./launch/plan-ranks.ts";
import { prepareGroup } from "./launch/prepare-group.ts";
import { agreeOnPort, type ReplicaPort } from "./launch/replica-port.ts";
import { killTaskProcesses, findTaskProcesses, stopTaskProcesses } from "./launch/task-processes.ts";
import { buildVariables, type PreparedEnvironment } from "./launch/task-variables.ts";
import { hideSecrets } from "./logs/hide-secrets.ts";
import { LogShipper } from "./logs/log-shipper.ts";
import { Redactor } from "./logs/redactor.ts";
import { findSecrets } from "./logs/secret-values.ts";
import { collectChangedInputs, rememberInputs, type WritableInput } from "./outputs/changed-inputs.ts";
import { collectOutputs, prepareOutput } from "./outputs/collect-outputs.ts";
import { saveOutputs } from "./outputs/save-outputs.ts";
import type { ServerConnection } from "./server-connection.ts";
import { TaskServices } from "./services/task-services.ts";
import { ensureResultFolders, BUILD_LOG_NAME, LOG_NAME, makeTaskFolders, type TaskFolders } from "./task-folders.ts";
import { TaskFailure, toTaskError } from "./task-failure.ts";
import { TaskReporter } from "./task-reporter.ts";

const TIMER_MS_MAX = 2 ** 31 - 1;

export interface TaskRunOptions {
  readonly spec: TaskSpec;
  readonly runnerId: string;
  readonly environments: Environments;
  readonly connection: ServerConnection;
  readonly channel: DriverChannel;
  readonly caFile: string | undefined;
  /** The server runs on this machine and can reach the task's files. */
  readonly isLocal: boolean;
  /** What tasks may see of the runner's own variables. */
  readonly nodeVariables: Readonly<Record<string, string>>;
  /** Starts commands, where it can run. */
  launcher(): Launcher | undefined;
  /** Nothing but the last report is left to do. */
  onAlmostDone(): void;
}

interface Bindings {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** One task from its spec to its result. Its own files may go once the server has the result. */
export class TaskRun {
  readonly #options: TaskRunOptions;
  readonly #spec: TaskSpec;
  readonly #folders: TaskFolders;
  readonly #reporter: TaskReporter;
  readonly #redactor: Redactor;
  readonly #logs: LogShipper;
  readonly #stopped = new AbortController();
  #substitutions: Readonly<Record<string, string>> = {};
  #launched: LaunchedTask | undefined;
  #group: LaunchedGroup | undefined;
  #startedAt: number | undefined;
  #services: TaskServices | undefined;
  #stopping: Promise<void> | undefined;
  #isTimedOut = false;
  #writableInputs: readonly WritableInput[] = [];
  #blobClient: Promise<BlobClient> | undefined;

  constructor(options: TaskRunOptions) {
    const { spec, connection, channel, runnerId } = options;
    const { taskId, token } = spec;
    const onStop = (): void => void this.stop(spec.graceSeconds * 1_000);
    this.#options = options;
    this.#spec = spec;
    this.#folders = makeTaskFolders(spec.workingFolder);
    this.#reporter = new TaskReporter({ connection, channel, runnerId, taskId, token, onStop });
    const variables = { ...spec.environment.variables, ...spec.variables };
    const serviceTokens = (spec.services ?? []).map((service) => service.token);
    this.#redactor = new Redactor(findSecrets({ ...options.nodeVariables, ...variables }, [token, ...serviceTokens]));
    this.#logs = new LogShipper({ connection, taskId, token, redactor: this.#redactor, onStop });
  }

  /** Resolves when the server has the result, or refuses it: the working folder may go. */
  async carryOut(): Promise<void> {
    const attempted = await this.#attempt();
    const isDiskShort = freeShortDisk(this.#folders);
    const error = isDiskShort && attempted.error !== undefined ? describeShortDisk(attempted.error) : attempted.error;
    const result = error === undefined ? attempted : { ...attempted, error: hideSecrets(error, this.#redactor) };
    const pieces = await this.#logs.finish();
    this.#options.onAlmostDone();
    this.#reporter.note("ended", describeResult(result));
    await this.#reporter.finish(result, pieces);
    await this.#blobClient?.then((client) => client.close());
  }

  /** Ends the task: SIGTERM to all of its processes, SIGKILL after the grace. */
  async stop(graceMs: number): Promise<void> {
    if (!this.#stopped.signal.aborted) this.#stopped.abort();
    await this.#stopProcesses(graceMs);
  }

  async #attempt(): Promise<TaskResult> {
    try {
      const bindings = await this.#prepare();
      const status = await this.#run(bindings.environment, bindings);
      return await this.#finalize(status);
    } catch (error) {
      if (this.#stopped.signal.aborted) return this.#result("canceled", null);
      return { ...this.#result("failed", null), error: toTaskError(error) };
    }
  }

  async #prepare(): Promise<Bindings & { environment: PreparedEnvironment }> {
    const spec = this.#spec;
    const { signal } = this.#stopped;
    this.#reporter.note("preparing", "brings code and inputs to the node");
    const context = { folders: this.#folders, blobClient: () => this.#openBlobClient(), signal };
    const preparation = this.#options.environments.prepare({
      spec: spec.environment,
      command: spec.command,
      layerFolder: this.#folders.layer,
      openBuildLog: () => this.#openBuildLog(),
      note: (reason) => this.#reporter.note("preparing", reason),
      signal,
    });
    const staging = Promise.all([
      stageCode(spec, context),
      ...spec.inputs.map(async (input) => ({ input, path: await stageInput(input, context) })),
    ]);
    const [environment, [, ...staged]] = await Promise.all([preparation, staging]);
    this.#substitutions = environment.substitutions;
    this.#writableInputs = rememberInputs(staged);
    if (spec.kind === "job") ensureResultFolders(this.#folders);
    const outputs = spec.outputs.map((output) => [output.name, prepareOutput(output, this.#folders)] as const);
    return {
      environment,
      inputs: { ...spec.parameters, ...Object.fromEntries(staged.map(({ input, path }) => [input.name, path])) },
      outputs: Object.fromEntries(outputs),
    };
  }

  async #run(environment: PreparedEnvironment, bindings: Bindings): Promise<ExitStatus> {
    const spec = this.#spec;
    this.#stopped.signal.throwIfAborted();
    const { root } = this.#folders;
    const port = spec.kind === "replica" ? await agreeOnPort(spec.command, join(root, "replica-port")) : undefined;
    const { nodeVariables: node, caFile } = this.#options;
    const variables = buildVariables({
      spec,
      folders: this.#folders,
      environment,
      node,
      caFile,
      port: port?.variables,
      ...bindings,
    });
    this.#startedAt = Date.now();
    this.#launched = await this.#launch(bindAll(spec.command, bindings), variables);
    this.#reporter.note("running", "the command runs");
    if (port !== undefined) this.#reportPort(port, this.#launched);
    this.#startServices(variables);
    if (this.#stopped.signal.aborted) void this.#stopProcesses(spec.graceSeconds * 1_000);
    return this.#untilExit(this.#launched);
  }

  async #launch(command: string, variables: Readonly<Record<string, string>>): Promise<LaunchedTask> {
    const { taskId, group, graceSeconds } = this.#spec;
    const { code: folder, log: logPath, root } = this.#folders;
    const launcher = this.#options.launcher();
    if (group === undefined) {
      const launched = await launchProcess({ taskId, command, folder, variables, logPath }, launcher);
      this.#logs.follow(LOG_NAME, logPath);
      return launched;
    }
    const plan = await prepareGroup({ group, command, path: variables["PATH"] ?? "", root });
    this.#substitutions = { ...this.#substitutions, ...plan.substitutions };
    const request = { taskId, command: plan.command, folder, variables, ranks: plan.ranks, root };
    this.#group = await launchGroup({ ...request, graceMs: graceSeconds * 1_000 }, launcher);
    for (const name of logNames(plan.ranks)) this.#logs.follow(name, join(root, name));
    return this.#group.launched;
  }

  async #untilExit(launched: LaunchedTask): Promise<ExitStatus> {
    const { timeoutSeconds, graceSeconds } = this.#spec;
    const timer = startTimer(timeoutSeconds, () => {
      this.#isTimedOut = true;
      void this.#stopProcesses(graceSeconds * 1_000);
    });
    const status = await launched.exited;
    clearTimeout(timer);
    this.#services?.end();
    await this.#stopping;
    // What the command left behind in the background ends with it, as it would with a container.
    if (findTaskProcesses(launched).length > 0) await stopTaskProcesses(launched, graceSeconds * 1_000);
    return status;
  }

  async #finalize(status: ExitStatus): Promise<TaskResult> {
    const outputs = this.#spec.kind === "job" ? collectOutputs(this.#spec, this.#folders) : [];
    const files = [...outputs, ...collectChangedInputs(this.#writableInputs)];
    if (files.length > 0) {
      this.#reporter.note("finalizing", `saves ${files.length} output file${files.length === 1 ? "" : "s"}`);
      const { spec, folders, connection, isLocal } = { ...this.#options, folders: this.#folders };
      const signal = new AbortController().signal;
      await saveOutputs(files, {
        spec,
        folders,
        connection,
        isLocal,
        signal,
        blobClient: () => this.#openBlobClient(),
      });
    }
    if (this.#isTimedOut) return this.#timeoutResult(status);
    if (this.#stopped.signal.aborted) return this.#result("canceled", status.exitCode);
    const hasFailed = status.exitCode !== 0 || this.#spec.kind === "replica";
    if (!hasFailed) return this.#result("completed", 0);
    const error = describeFailure(status, this.#tail(), this.#folders);
    const rank = this.#group?.failedRank();
    const message = rank === undefined ? error.message : `Rank ${rank.index}: ${error.message}`;
    return { ...this.#result("failed", status.exitCode), error: { ...error, message } };
  }

  #timeoutResult(status: ExitStatus): TaskResult {
    const { timeoutSeconds } = this.#spec;
    const failure = new TaskFailure({
      category: "user",
      code: "Timeout",
      message: `The command was stopped because it ran longer than its limit of ${timeoutSeconds} seconds.`,
      hint: "Raise 'limits.timeout' of the job, or let it do less.",
      exitCode: status.exitCode,
      logTail: tailLines(this.#tail()),
    });
    return { ...this.#result("failed", status.exitCode), error: failure.error };
  }

  /** The end of the log that says most about a failure. */
  #tail(): string {
    return this.#group === undefined ? readTail(this.#folders.log) : readGroupTail(this.#group, this.#folders.root);
  }

  #result(outcome: TaskResult["outcome"], exitCode: number | null): TaskResult {
    const startedAt = this.#startedAt === undefined ? {} : { startedAt: this.#startedAt };
    return { outcome, exitCode, ...startedAt, endedAt: Date.now(), substitutions: { ...this.#substitutions } };
  }

  #reportPort(port: ReplicaPort, launched: LaunchedTask): void {
    const ended = new AbortController();
    void launched.exited.then(() => ended.abort());
    port.untilReady(ended.signal).then(
      (number) => this.#reporter.setPort(number),
      () => undefined,
    );
  }

  async #stopProcesses(graceMs: number): Promise<void> {
    if (this.#launched === undefined) return;
    // A second order with less grace does not wait for the first.
    if (this.#stopping !== undefined && graceMs === 0) return killTaskProcesses(this.#launched);
    this.#stopping ??= stopTaskProcesses(this.#launched, graceMs);
    await this.#stopping;
  }

  #startServices(variables: Readonly<Record<string, string>>): void {
    const { services = [] } = this.#spec;
    if (services.length === 0) return;
    const { code: codeFolder, services: folder } = this.#folders;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#services = new TaskServices({
      services,
      variables,
      codeFolder,
      folder,
      onChange: (states) => this.#reporter.setServices(states),
      onLog: (name, path) => this.#logs.follow(name, path),
    });
    this.#services.start();
  }

  #openBuildLog(): string {
    const { buildLog } = this.#folders;
    if (!existsSync(buildLog)) {
      mkdirSync(dirname(buildLog), { recursive: true });
      this.#logs.follow(BUILD_LOG_NAME, buildLog);
    }
    return buildLog;
  }

  #openBlobClient(): Promise<BlobClient> {
    this.#blobClient ??= openBlobClient(this.#spec, this.#options.caFile);
    return this.#blobClient;
  }
}

/** Loaded on first need: a task with its files on this machine starts without an HTTP client for storage. */
async function openBlobClient(spec: TaskSpec, caFile: string | undefined): Promise<BlobClient> {
  const { openBlobClient: open } = await import("./inputs/open-blob-client.ts");
  return open(spec, caFile);
}

function bindAll(command: string, bindings: Bindings): string {
  const bound = bindCommand(command, bindings);
  const [unknown] = listPlaceholders(bound).filter(
    ({ namespace }) => namespace === "inputs" || namespace === "outputs",
  );
  if (unknown === undefined) return bound;
  throw new TaskFailure({
    category: "user",
    code: "UnknownPlaceholder",
    message: `The command names '${unknown.namespace}.${unknown.name}', which the job does not have.`,
    hint: "Add it to the job, or put its part of the command into $[[ ]] if it is optional.",
  });
}

/** Timers hold 24 days at most; a limit beyond that is no limit in practice. */
function startTimer(seconds: number | undefined, onEnd: () => void): NodeJS.Timeout | undefined {
  const isLimited = seconds !== undefined && seconds * 1_000 <= TIMER_MS_MAX;
  return isLimited ? setTimeout(onEnd, seconds * 1_000) : undefined;
}

function describeResult(result: TaskResult): string {
  if (result.outcome === "completed") return "the command completed";
  if (result.outcome === "canceled") return "the task was stopped";
  return result.error?.message ?? "the task failed";
}
