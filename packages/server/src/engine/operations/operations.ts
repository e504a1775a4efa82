import { prepareQuery, type PreparedQuery } from "../../database/prepared-query.ts";
import type { ControlDatabase, Step } from "../resources/resource-store.ts";
import type { Resource } from "../resources/resource.ts";

export type OperationStatus = "InProgress" | "Succeeded" | "Failed" | "Canceled";

/** A long-running put or delete, polled by clients until it ends. */
export interface Operation {
  readonly id: string;
  readonly resourceId: string;
  readonly kind: "put" | "delete";
  readonly status: OperationStatus;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

/** How long an ended operation is remembered. */
const OPERATION_KEPT_MS = 7 * 24 * 3_600_000;

/** Records of operations; their statements join the batch of the write that they stand for. */
export class Operations {
  readonly #database: ControlDatabase;
  readonly #end: PreparedQuery<unknown>;

  constructor(database: ControlDatabase) {
    this.#database = database;
    this.#end = prepareQuery(() => {
      const update = database.sql.updateTable("operations").set({ status: "", error: null, ended_at: 0 });
      return update.where("resource_key", "=", "").where("status", "=", "").where("generation", "<=", 0);
    });
  }

  async find(id: string): Promise<Operation | undefined> {
    const query = this.#database.sql.selectFrom("operations").selectAll().where("id", "=", id);
    const [row] = await this.#database.read(query);
    if (row === undefined) return undefined;
    return {
      id: row.id,
      resourceId: row.resource_id,
      kind: row.kind === "delete" ? "delete" : "put",
      status: toStatus(row.status),
      error: row.error === null ? undefined : toError(JSON.parse(row.error)),
      startedAt: Number(row.started_at),
      endedAt: row.ended_at === null ? undefined : Number(row.ended_at),
    };
  }

  /** Forgets operations that ended long ago: no client polls for a week. */
  async prune(now: number): Promise<void> {
    const query = this.#database.sql.deleteFrom("operations").where("ended_at", "<", now - OPERATION_KEPT_MS);
    await this.#database.write([query]);
  }

  begin(operation: { id: string; resource: Resource; kind: "put" | "delete"; at: number }): Step {
    return this.#database.sql.insertInto("operations").values({
      id: operation.id,
      resource_key: operation.resource.key,
      resource_id: operation.resource.id,
      kind: operation.kind,
      status: "InProgress",
      generation: operation.resource.generation,
      error: null,
      started_at: operation.at,
      ended_at: null,
    });
  }

  /** Ends all open operations of a resource up to the generation that was reconciled. */
  end(
    resource: Resource,
    end: { status: OperationStatus; error?: { code: string; message: string }; at: number },
  ): Step {
    const error = end.error === undefined ? null : JSON.stringify(end.error);
    return this.#end(end.status, error, end.at, resource.key, "InProgress", resource.generation);
  }
}

function toStatus(status: string): OperationStatus {
  return status === "Succeeded" || status === "Failed" || status === "Canceled" ? status : "InProgress";
}

function toError(value: unknown): { code: string; message: string } {
  const isObject = typeof value === "object" && value !== null;
  const code = isObject && "code" in value ? String(value.code) : "Internal";
  const message = isObject && "message" in value ? String(value.message) : "";
  return { code, message };
}
