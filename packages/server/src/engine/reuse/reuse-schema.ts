import type { Migration } from "../../database/database.ts";

/** A step that ran, and what its key was made of. */
export interface StepRunRow {
  /** Key of the job that carries the step out. */
  job_key: string;
  workspace_key: string;
  /** What stays the same from one run of the step to the next: its component or its node. */
  step: string;
  /** Digest of the parts; empty where the step's content could not be told. */
  step_key: string;
  parts: string | null;
  /** Why it ran. */
  verdict: string;
  /** What its outputs were when it had ended, by name; NULL until then. */
  outputs: string | null;
  created_at: number;
}

/** Digest of a blob's bytes. An ETag is never used twice, so a row stays true for ever. */
export interface ContentFileRow {
  etag: string;
  digest: string;
  created_at: number;
}

/** Files under a digest of content, for saying which of them changed. */
export interface ContentFolderRow {
  digest: string;
  files: string;
  created_at: number;
}

export interface ReuseTables {
  step_runs: StepRunRow;
  content_files: ContentFileRow;
  content_folders: ContentFolderRow;
}

export const reuseMigrations: readonly Migration[] = [
  {
    name: "step runs",
    statements: () => [
      `CREATE TABLE step_runs (job_key TEXT PRIMARY KEY, workspace_key TEXT NOT NULL, step TEXT NOT NULL,
        step_key TEXT NOT NULL, parts TEXT, verdict TEXT NOT NULL, outputs TEXT, created_at BIGINT NOT NULL)`,
      "CREATE INDEX step_runs_by_key ON step_runs (workspace_key, step_key, created_at)",
      "CREATE INDEX step_runs_by_step ON step_runs (workspace_key, step, created_at)",
      "CREATE TABLE content_files (etag TEXT PRIMARY KEY, digest TEXT NOT NULL, created_at BIGINT NOT NULL)",
      "CREATE TABLE content_folders (digest TEXT PRIMARY KEY, files TEXT NOT NULL, created_at BIGINT NOT NULL)",
    ],
  },
];
