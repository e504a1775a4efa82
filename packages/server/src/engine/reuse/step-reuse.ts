import { createHash } from "node:crypto";

import { childId, resourceKey } from "@lazuli/contract/resource-id.ts";

import type { Clock } from "../../base/clock.ts";
import type { Database } from "../../database/database.ts";
import { keyText } from "../../domain/reuse/key-text.ts";
import { draftStep, type StepDraft } from "../../domain/reuse/step-draft.ts";
import type { StepParts } from "../../domain/reuse/step-parts.ts";
import { refuseReuse, type RunVerdict } from "../../domain/reuse/verdict.ts";
import type { DataLocator } from "../data/data-locator.ts";
import type { EnvironmentResolver } from "../environments/environment-resolver.ts";
import type { Resource } from "../resources/resource.ts";
import type { Resources } from "../resources/resources.ts";
import type { ContentBlobs } from "./content-blobs.ts";
import { ContentIdentity } from "./content-identity.ts";
import {
  checkFinished,
  readOutputs,
  readSignatures,
  type FinishedJob,
  type FinishedJobReader,
} from "./finished-job.ts";
import { readParts, UnknownContent, type PartsReader } from "./read-parts.ts";
import type { StepRun } from "./reuse-rows.ts";
import type { ReuseTables } from "./reuse-schema.ts";
import { StepRuns } from "./step-runs.ts";

/** A step that is about to be run. */
export interface StepRequest {
  readonly workspaceId: string;
  /** Name of the job that would carry it out. */
  readonly jobName: string;
  /** What stays the same from one run of the step to the next: its component, or its node. */
  readonly step: string;
  /** Properties of that job. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** `is_deterministic` of its component. */
  readonly isDeterministic: boolean;
  /** `force_rerun` of its pipeline. */
  readonly isForced: boolean;
  /** The job that did this step in the pipeline that is being resumed: what it completed stays completed. */
  readonly resumedFrom?: string;
}

export type StepDecision =
  | { readonly kind: "reuse"; readonly original: FinishedJob; readonly message: string }
  | {
      readonly kind: "run";
      readonly verdict: RunVerdict;
      /** To be stored together with the job: what later steps look for, and what explains this one. */
      readonly run: StepRun;
    };

export interface StepReuseParts {
  readonly database: Database<ReuseTables>;
  readonly blobs: ContentBlobs;
  readonly resources: Resources;
  readonly locator: DataLocator;
  readonly environments: EnvironmentResolver;
  readonly clock: Clock;
}

/** Decides whether a step has to run, and remembers those that did. */
export class StepReuse {
  readonly runs: StepRuns;
  readonly contents: ContentIdentity;
  readonly #reader: PartsReader & FinishedJobReader;
  readonly #clock: Clock;

  constructor(parts: StepReuseParts) {
    const { database, blobs, resources, locator, environments, clock } = parts;
    this.runs = new StepRuns(database);
    this.contents = new ContentIdentity({ database, blobs, clock });
    this.#reader = { resources, locator, environments, contents: this.contents };
    this.#clock = clock;
  }

  /** Looks for an earlier run that this one would only repeat. Stores nothing. */
  async decide(request: StepRequest): Promise<StepDecision> {
    const resumed = await this.#findResumed(request);
    if (resumed !== undefined) return resumed;
    const draft = draftStep(request.properties);
    const refusal = refuseReuse({ ...request, placedOutputs: draft.placedOutputs });
    // A run that was forced may be reused later; one that is not deterministic, or went elsewhere, never.
    if (refusal !== undefined && refusal.code !== "forced") return this.#toRun(request, refusal);
    const parts = await this.#readParts(draft, request.workspaceId);
    if (typeof parts === "string") return this.#toRun(request, refusal ?? { code: "unknownContent", message: parts });
    if (refusal !== undefined) return this.#toRun(request, refusal, parts);
    return this.#findEqual(request, parts);
  }

  /** What a job is made of, for comparing it with another; a sentence where something of it is gone. */
  async partsOf(properties: Readonly<Record<string, unknown>>, workspaceId: string): Promise<StepParts | string> {
    return this.#readParts(draftStep(properties), workspaceId, { takesPlaces: true });
  }

  /** Notes what the outputs of a completed job are, so that a later change of them is seen. */
  async noteOutputs(job: Resource, workspaceId: string): Promise<void> {
    const run = await this.runs.find(job.key);
    if (run === undefined || run.outputs !== undefined || run.stepKey === "") return;
    await this.runs.setOutputs(job.key, await readSignatures(readOutputs(job), workspaceId, this.#reader));
  }

  async #findResumed(request: StepRequest): Promise<StepDecision | undefined> {
    const { resumedFrom, workspaceId } = request;
    if (resumedFrom === undefined) return undefined;
    const resource = await this.#reader.resources.find(childId(workspaceId, "jobs", resumedFrom));
    const run = resource === undefined ? undefined : await this.runs.find(resource.key);
    const found = await checkFinished({ resource, workspaceId }, run?.outputs, this.#reader);
    if (typeof found === "string") return undefined;
    const message = `completed as job '${found.name}' in the pipeline that is resumed`;
    return { kind: "reuse", original: found, message };
  }

  async #findEqual(request: StepRequest, parts: StepParts): Promise<StepDecision> {
    const { workspaceId } = request;
    const workspaceKey = resourceKey(workspaceId);
    const own = resourceKey(childId(workspaceId, "jobs", request.jobName));
    const problems: string[] = [];
    for (const candidate of await this.runs.listEqual(workspaceKey, digestOf(parts))) {
      if (candidate.jobKey === own) continue;
      const resource = await this.#reader.resources.find(candidate.jobKey);
      const found = await checkFinished({ resource, workspaceId }, candidate.outputs, this.#reader);
      if (typeof found !== "string") {
        return { kind: "reuse", original: found, message: `job '${found.name}' did the same` };
      }
      problems.push(`Job '${resource?.name ?? lastPart(candidate.jobKey)}' did the same, but ${found}.`);
    }
    const [first] = problems;
    if (first !== undefined) return this.#toRun(request, { code: "earlierUnusable", message: first }, parts);
    const message = "No earlier run had the same code, environment, inputs and parameters.";
    return this.#toRun(request, { code: "noEqualRun", message }, parts);
  }

  #toRun(request: StepRequest, verdict: RunVerdict, parts?: StepParts): StepDecision {
    const run: StepRun = {
      jobKey: resourceKey(childId(request.workspaceId, "jobs", request.jobName)),
      workspaceKey: resourceKey(request.workspaceId),
      step: request.step,
      stepKey: parts === undefined ? "" : digestOf(parts),
      parts,
      verdict,
      outputs: undefined,
      createdAt: this.#clock.now(),
    };
    return { kind: "run", verdict, run };
  }

  async #readParts(
    draft: StepDraft,
    workspaceId: string,
    options: { takesPlaces?: boolean } = {},
  ): Promise<StepParts | string> {
    try {
      return await readParts(draft, workspaceId, { ...this.#reader, ...options });
    } catch (error) {
      if (error instanceof UnknownContent) return error.message;
      throw error;
    }
  }
}

function digestOf(parts: StepParts): string {
  return createHash("sha256").update(keyText(parts)).digest("hex");
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
