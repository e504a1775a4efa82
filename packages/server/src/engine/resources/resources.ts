import type { Principal } from "../access/principal.ts";
import type { Envelope, Resource } from "./resource.ts";

export interface ListQuery {
  /** Key of the parent. */
  readonly parentKey: string;
  readonly type: string;
  /** `created-desc` is newest first. */
  readonly order?: "name" | "created-desc";
  /** Key of the resource that they work for, or `none` for those that stand alone; both when left out. */
  readonly owner?: string;
  readonly limit?: number;
  /** Token of the page before. */
  readonly after?: string;
  /** Keeps a row only when this holds; evaluated page by page. */
  readonly where?: (resource: Resource) => boolean;
}

export interface Page {
  readonly items: readonly Resource[];
  readonly next: string | undefined;
}

export interface PutRequest {
  readonly id: string;
  readonly properties: unknown;
  readonly envelope?: Envelope;
  readonly principal: Principal;
  /** `*` for "must exist", an ETag otherwise. */
  readonly ifMatch?: string;
  /** `*` for "must not exist". */
  readonly ifNoneMatch?: string;
  /** Validates and admits as always, but writes nothing: the answer is what would be stored. */
  readonly isDryRun?: boolean;
  /** Laid over the admitted state of a new resource, by behaviour that knows how it came about; protocols never set it. */
  readonly initialState?: Readonly<Record<string, unknown>>;
  /** Lets the reconciler look later, where nobody waits for what it would do. */
  readonly lookAfterMs?: number;
}

/** An accepted put or delete; `operationId` is set where a reconciler still has work to do. */
export interface Accepted {
  readonly resource: Resource;
  readonly isNew: boolean;
  readonly operationId: string | undefined;
}

/**
 * All resources, whatever their type: what protocols and other resources' behaviour work with.
 * Ids are matched without regard to case. Every write is durable when its promise resolves.
 */
export interface Resources {
  find(id: string): Promise<Resource | undefined>;
  /** Throws `NotFound` with a sentence that names type and name. */
  get(id: string): Promise<Resource>;
  list(query: ListQuery): Promise<Page>;
  /** Validates, admits and stores; wakes the reconciler. Throws `BadRequest`, `Conflict`, `PreconditionFailed`. */
  put(request: PutRequest): Promise<Accepted>;
  remove(id: string, principal: Principal): Promise<Accepted | undefined>;
  /**
   * Writes actual state outside a reconcile, as a report from a runner. `change` sees the latest row and may be called
   * again when another writer was faster; `undefined` writes nothing. Wakes the reconciler.
   */
  updateState(id: string, change: (resource: Resource) => Record<string, unknown> | undefined): Promise<Resource>;
  /** Has the reconciler look at the resource now (or at `at`). */
  wake(id: string, at?: number): void;
}
