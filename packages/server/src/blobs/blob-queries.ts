import type { Database } from "../database/database.ts";
import { prepareQuery, type PreparedQuery } from "../database/prepared-query.ts";
import type { BlobRow, BlobSchema, ContainerRow } from "./blob-schema.ts";

/** The queries that stand behind nearly every operation, compiled once: that costs more than carrying them out. */
export interface BlobQueries {
  /** By account and name. */
  readonly container: PreparedQuery<ContainerRow>;
  /** By container id and name. */
  readonly blob: PreparedQuery<BlobRow>;
  /** By container id, first name (and, with an end, the name before which to stop), and count. */
  page(bounds: { readonly isIncluded: boolean; readonly hasEnd: boolean }): PreparedQuery<BlobRow>;
}

export function prepareBlobQueries({ sql }: Database<BlobSchema>): BlobQueries {
  const page = (isIncluded: boolean, hasEnd: boolean) =>
    prepareQuery(() => {
      const query = sql
        .selectFrom("blobs")
        .selectAll()
        .where("container_id", "=", "")
        .where("name", isIncluded ? ">=" : ">", "")
        .orderBy("name")
        .limit(1);
      return hasEnd ? query.where("name", "<", "") : query;
    });
  const pages = {
    from: page(true, false),
    fromTo: page(true, true),
    after: page(false, false),
    afterTo: page(false, true),
  };
  return {
    container: prepareQuery(() =>
      sql
        .selectFrom("containers")
        .selectAll()
        .where("account", "=", "")
        .where("name", "=", "")
        .where("deleted_at", "is", null),
    ),
    blob: prepareQuery(() => sql.selectFrom("blobs").selectAll().where("container_id", "=", "").where("name", "=", "")),
    page: ({ isIncluded, hasEnd }) => {
      if (isIncluded) return hasEnd ? pages.fromTo : pages.from;
      return hasEnd ? pages.afterTo : pages.after;
    },
  };
}
