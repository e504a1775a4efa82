import { z } from "zod";

import type { FileDigests } from "../../domain/reuse/compare-files.ts";
import { stepPartsSchema, type StepParts } from "../../domain/reuse/step-parts.ts";
import { runVerdictSchema, type RunVerdict } from "../../domain/reuse/verdict.ts";
import type { StepRunRow } from "./reuse-schema.ts";

/** A step that ran. */
export interface StepRun {
  readonly jobKey: string;
  readonly workspaceKey: string;
  readonly step: string;
  /** Empty where the step's content could not be told. */
  readonly stepKey: string;
  readonly parts: StepParts | undefined;
  readonly verdict: RunVerdict;
  /** Signatures of its outputs by name; `undefined` until it has ended. */
  readonly outputs: Readonly<Record<string, string>> | undefined;
  readonly createdAt: number;
}

const textMap = z.record(z.string(), z.string());

export function parseStepRun(row: StepRunRow): StepRun {
  return {
    jobKey: row.job_key,
    workspaceKey: row.workspace_key,
    step: row.step,
    stepKey: row.step_key,
    parts: row.parts === null ? undefined : stepPartsSchema.parse(JSON.parse(row.parts)),
    verdict: runVerdictSchema.parse(JSON.parse(row.verdict)),
    outputs: parseOutputs(row.outputs),
    createdAt: Number(row.created_at),
  };
}

export function renderStepRun(run: StepRun): StepRunRow {
  return {
    job_key: run.jobKey,
    workspace_key: run.workspaceKey,
    step: run.step,
    step_key: run.stepKey,
    parts: run.parts === undefined ? null : JSON.stringify(run.parts),
    verdict: JSON.stringify(run.verdict),
    outputs: run.outputs === undefined ? null : JSON.stringify(run.outputs),
    created_at: run.createdAt,
  };
}

export function parseOutputs(text: string | null): StepRun["outputs"] {
  return text === null ? undefined : textMap.parse(JSON.parse(text));
}

export function parseFiles(text: string): FileDigests {
  return textMap.parse(JSON.parse(text));
}
