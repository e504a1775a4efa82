import { PlatformError } from "@lazuli/contract/errors.ts";
import { sql } from "kysely";

import { WriteConflict } from "../database/database.ts";
import { readAttributes, setAttributes, type Attributes } from "./attributes.ts";
import type { Experiments } from "./experiments.ts";
import type { SearchPage } from "./keyset.ts";
import { asCompilable } from "./sql-parts.ts";
import { searchTraces, TRACE_COLUMNS, type TraceRow, type TraceSearch } from "./trace-search.ts";
import type { StoreContext } from "./store-context.ts";

export interface Trace {
  readonly traceId: string;
  readonly experimentId: string;
  /** Folder of the spans' file. */
  readonly artifactUri: string;
  readonly clientRequestId: string;
  readonly requestPreview: string;
  readonly responsePreview: string;
  readonly requestedAt: number;
  /** `undefined` while it is in progress. */
  readonly durationMs: number | undefined;
  readonly state: string;
  readonly metadata: Attributes;
  readonly tags: Attributes;
  /** JSON of a list, as clients sent it. */
  readonly assessments: string;
}

export type NewTrace = Omit<Trace, "artifactUri">;

/** Which traces of an experiment to delete: those named, or the oldest up to a time. */
export interface TraceRemoval {
  readonly experimentId: string;
  readonly traceIds: readonly string[];
  readonly startedBefore: number | undefined;
  readonly limit: number;
}

/** Traces: what a call to a model did, step by step. The steps themselves are a file. */
export class Traces {
  readonly #context: StoreContext;
  readonly #experiments: Experiments;

  constructor(context: StoreContext, experiments: Experiments) {
    this.#context = context;
    this.#experiments = experiments;
  }

  /** Makes the trace, or writes it again with other values: clients send it at its end, perhaps after a beginning. */
  async put(workspaceKey: string, trace: NewTrace): Promise<Trace> {
    const experiment = await this.#experiments.getActiveRow(workspaceKey, trace.experimentId);
    const workspace = await this.#context.workspace(workspaceKey);
    await this.#context.write([
      sql`INSERT INTO traces (workspace, trace_id, experiment, client_request_id, request_preview, response_preview,
            requested_at, duration_ms, state, assessments)
          VALUES (${workspace}, ${trace.traceId}, ${experiment.id}, ${trace.clientRequestId}, ${trace.requestPreview},
            ${trace.responsePreview}, ${trace.requestedAt}, ${trace.durationMs ?? null}, ${trace.state}, ${trace.assessments})
          ON CONFLICT (workspace, trace_id) DO UPDATE SET client_request_id = excluded.client_request_id,
            request_preview = excluded.request_preview, response_preview = excluded.response_preview,
            requested_at = excluded.requested_at, duration_ms = excluded.duration_ms, state = excluded.state,
            assessments = excluded.assessments`,
    ]);
    await this.setTags(workspaceKey, trace.traceId, trace.tags);
    await this.setMetadata(workspaceKey, trace.traceId, trace.metadata);
    return this.get(workspaceKey, trace.traceId);
  }

  /** Throws `NotFound`. */
  async get(workspaceKey: string, traceId: string): Promise<Trace> {
    const [trace] = await this.#complete([await this.#getRow(workspaceKey, traceId)]);
    if (trace === undefined) throw missing(traceId);
    return trace;
  }

  async search(search: TraceSearch): Promise<SearchPage<Trace>> {
    const page = await searchTraces(this.#context, search);
    return { items: await this.#complete(page.items), next: page.next };
  }

  async setTags(workspaceKey: string, traceId: string, tags: Attributes): Promise<void> {
    const { id } = await this.#getRow(workspaceKey, traceId);
    await this.#writeSome(await setAttributes(this.#context, { table: "trace_tags", owner: "trace", id }, tags));
  }

  async setMetadata(workspaceKey: string, traceId: string, metadata: Attributes): Promise<void> {
    const { id } = await this.#getRow(workspaceKey, traceId);
    await this.#writeSome(
      await setAttributes(this.#context, { table: "trace_metadata", owner: "trace", id }, metadata),
    );
  }

  /** Throws `NotFound` for a tag that the trace does not have. */
  async removeTag(workspaceKey: string, traceId: string, name: string): Promise<void> {
    const trace = await this.get(workspaceKey, traceId);
    if (trace.tags[name] === undefined) {
      throw new PlatformError("NotFound", `No trace tag with key '${name}' for trace with ID '${traceId}'`);
    }
    const { id } = await this.#getRow(workspaceKey, traceId);
    const key = (await this.#context.keys.find(name)) ?? -1;
    await this.#context.write([sql`DELETE FROM trace_tags WHERE trace = ${id} AND key = ${key}`]);
  }

  /** Throws `PreconditionFailed` when somebody changed them since they were read as `before`. */
  async setAssessments(
    workspaceKey: string,
    traceId: string,
    texts: { readonly before: string; readonly after: string },
  ) {
    const { id } = await this.#getRow(workspaceKey, traceId);
    const update = sql`UPDATE traces SET assessments = ${texts.after} WHERE id = ${id} AND assessments = ${texts.before}`;
    const query = update.compile(this.#context.database.sql);
    try {
      await this.#context.database.write([{ query: asCompilable(query), expectChanges: 1 }]);
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error;
      const message = `The assessments of trace '${traceId}' were changed meanwhile. Try again.`;
      throw new PlatformError("PreconditionFailed", message, { cause: error });
    }
  }

  /** How many were deleted. */
  async remove(workspaceKey: string, removal: TraceRemoval): Promise<number> {
    const experiment = await this.#experiments.getRow(workspaceKey, removal.experimentId);
    const which =
      removal.traceIds.length > 0
        ? sql`trace_id IN (${sql.join([...removal.traceIds])})`
        : sql`requested_at <= ${removal.startedBefore ?? 0}`;
    const rows = await this.#context.read(
      sql<{ id: number }>`SELECT id FROM traces WHERE experiment = ${experiment.id} AND ${which}
          ORDER BY requested_at LIMIT ${removal.limit}`,
    );
    await this.#writeSome(
      rows.flatMap(({ id }) => [
        sql`DELETE FROM trace_tags WHERE trace = ${id}`,
        sql`DELETE FROM trace_metadata WHERE trace = ${id}`,
        sql`DELETE FROM traces WHERE id = ${id}`,
      ]),
    );
    return rows.length;
  }

  async #writeSome(statements: Parameters<StoreContext["write"]>[0]): Promise<void> {
    if (statements.length > 0) await this.#context.write(statements);
  }

  async #getRow(workspaceKey: string, traceId: string): Promise<TraceRow> {
    const workspace = await this.#context.workspace(workspaceKey);
    const [row] = await this.#context.read(
      sql<TraceRow>`SELECT ${TRACE_COLUMNS} FROM traces t JOIN experiments e ON e.id = t.experiment
          WHERE t.workspace = ${workspace} AND t.trace_id = ${traceId}`,
    );
    if (row === undefined) throw missing(traceId);
    return row;
  }

  async #complete(rows: readonly TraceRow[]): Promise<Trace[]> {
    const ids = rows.map((row) => row.id);
    const tags = await readAttributes(this.#context, { table: "trace_tags", owner: "trace" }, ids);
    const metadata = await readAttributes(this.#context, { table: "trace_metadata", owner: "trace" }, ids);
    return rows.map((row) => ({
      traceId: row.trace_id,
      experimentId: row.experiment_id,
      artifactUri: `${row.artifact_location}/traces/${row.trace_id}/artifacts`,
      clientRequestId: row.client_request_id,
      requestPreview: row.request_preview,
      responsePreview: row.response_preview,
      requestedAt: row.requested_at,
      durationMs: row.duration_ms ?? undefined,
      state: row.state,
      metadata: metadata.get(row.id) ?? {},
      tags: tags.get(row.id) ?? {},
      assessments: row.assessments,
    }));
  }
}

function missing(traceId: string): PlatformError {
  return new PlatformError("NotFound", `Trace with ID '${traceId}' not found.`);
}
