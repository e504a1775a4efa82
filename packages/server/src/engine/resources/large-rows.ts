import type { ResourceRow } from "../control-schema.ts";
import type { Resource } from "./resource.ts";
import { toResource } from "./resource-row.ts";

/** Rows with at least so many characters of JSON take longer to parse than to compare. */
const LARGE_LENGTH = 16_384;
/** Parsed rows kept; the one that was read longest ago goes first. */
const KEPT_MAX = 64;

/**
 * Resources whose rows are large, as a pipeline of a thousand steps: each of its steps reads it, and it seldom changes.
 * A row is told by key, revision and time of creation, so what is answered is never older than the row.
 */
export class LargeRows {
  readonly #kept = new Map<string, { readonly row: ResourceRow; readonly resource: Resource }>();

  toResource(row: ResourceRow): Resource {
    if (row.properties.length + row.state.length < LARGE_LENGTH) return toResource(row);
    const known = this.#kept.get(row.key);
    this.#kept.delete(row.key);
    const kept = known !== undefined && isSame(known.row, row) ? known : { row, resource: toResource(row) };
    this.#kept.set(row.key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return kept.resource;
  }
}

function isSame(left: ResourceRow, right: ResourceRow): boolean {
  return left.revision === right.revision && left.created_at === right.created_at;
}
