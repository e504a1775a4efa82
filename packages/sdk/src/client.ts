import { renderResourceId } from "@lazuli/contract/resource-id.ts";

import { armPageSchema, armResourceSchema, type ArmBody, type ArmResource } from "./arm-resource.ts";
import { waitForOperation, type PollOptions } from "./long-running.ts";
import { Transport, type Query, type TransportOptions } from "./transport.ts";

/** Sent with every ARM request; the server has one current shape and reads any version. */
export const API_VERSION = "2025-12-01";

const PAGES_MAX = 10_000;

export interface ListOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  /** Ends the listing after so many items. */
  readonly itemCountMax?: number;
}

export interface ChangeOptions extends PollOptions {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** `false` returns as soon as the server has accepted the change. */
  readonly wait?: boolean;
}

/**
 * The platform's resource API: one method a verb, for every resource type. Paths are ARM ids or collections.
 * Runs in Node and in the browser.
 *
 * Every method throws the server's own error as a PlatformError (`NotFound`, `Conflict`, …).
 */
export class Client {
  readonly transport: Transport;

  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
  }

  async get(id: string, options: { query?: Query; signal?: AbortSignal } = {}): Promise<ArmResource> {
    const { signal } = options;
    const answer = await this.transport.send("GET", id, { query: withVersion(options.query), ...given({ signal }) });
    return armResourceSchema.parse(answer.body);
  }

  /** Like {@link get}, but `undefined` when it does not exist. */
  async find(id: string, options: { query?: Query; signal?: AbortSignal } = {}): Promise<ArmResource | undefined> {
    try {
      return await this.get(id, options);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Creates or replaces, and waits until that is done unless `wait` is `false`. */
  async put(id: string, body: ArmBody, options: ChangeOptions = {}): Promise<ArmResource> {
    return armResourceSchema.parse(await this.#change("PUT", id, { body, options }));
  }

  /** Changes the fields given; the server merges them into what is there. */
  async patch(id: string, body: unknown, options: ChangeOptions = {}): Promise<ArmResource> {
    const answer = await this.#change("PATCH", id, { body, options });
    const parsed = armResourceSchema.safeParse(answer);
    return parsed.success ? parsed.data : this.get(id);
  }

  /** Deletes; does nothing when it is gone already. */
  async delete(id: string, options: ChangeOptions = {}): Promise<void> {
    await this.#change("DELETE", id, { options });
  }

  /** Posts an action, as `listKeys`; returns its JSON answer, or `undefined` for an empty one. */
  post(id: string, action: string, request: { body?: unknown; options?: ChangeOptions } = {}): Promise<unknown> {
    return this.#change("POST", `${id}/${action}`, { body: request.body, options: request.options ?? {} });
  }

  /** All members of a collection, page by page as they are consumed. */
  async *list(collection: string, options: ListOptions = {}): AsyncGenerator<ArmResource> {
    for await (const item of this.listRaw(collection, options)) yield armResourceSchema.parse(item);
  }

  /** Members as they come, for lists that do not hold resources (usages, nodes, sizes). */
  async *listRaw(collection: string, options: ListOptions = {}): AsyncGenerator<unknown> {
    const { signal } = options;
    let next: { url: string; query: Query } | undefined = { url: collection, query: withVersion(options.query) };
    let leftCount = options.itemCountMax ?? Number.POSITIVE_INFINITY;
    for (let page = 0; page < PAGES_MAX && next !== undefined; page += 1) {
      const answer = await this.transport.send("GET", next.url, { query: next.query, ...given({ signal }) });
      const { value, nextLink } = armPageSchema.parse(answer.body);
      for (const item of value) {
        if (leftCount <= 0) return;
        leftCount -= 1;
        yield item;
      }
      next = nextLink == null || nextLink === "" ? undefined : { url: nextLink, query: {} };
    }
  }

  async #change(
    method: string,
    path: string,
    { body, options }: { body?: unknown; options: ChangeOptions },
  ): Promise<unknown> {
    const { signal, headers } = options;
    const query = withVersion(options.query);
    const answer = await this.transport.send(method, path, { query, ...given({ body, signal, headers }) });
    if (options.wait === false) return answer.body;
    return waitForOperation(this.transport, { request: { method, path, query }, answer }, options);
  }
}

/** The three names that say where a workspace is. */
export interface WorkspaceScope {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly workspace: string;
}

export function workspaceId(scope: WorkspaceScope): string {
  return renderResourceId({ ...scope, segments: [["workspaces", scope.workspace]] });
}

export function registryId(scope: Omit<WorkspaceScope, "workspace">, registry: string): string {
  return renderResourceId({ ...scope, segments: [["registries", registry]] });
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NotFound";
}

function withVersion(query: Query = {}): Record<string, string> {
  const text: Record<string, string> = { "api-version": API_VERSION };
  for (const [name, value] of Object.entries(query)) if (value !== undefined) text[name] = String(value);
  return text;
}

/** Leaves out what is `undefined`, so that optional fields stay absent. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // The entries are those of `fields` less the undefined ones, which is what the result type says.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
