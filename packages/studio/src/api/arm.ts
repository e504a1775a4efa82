import * as z from "zod/mini";

import type { ApiClient } from "./api-client.ts";

export const API_VERSION = "2024-10-01";
/** More than this many rows are never held at once; the page says so. */
export const ROWS_MAX = 5000;

export const systemDataSchema = z.looseObject({
  createdAt: z.nullish(z.string()),
  createdBy: z.nullish(z.string()),
  lastModifiedAt: z.nullish(z.string()),
});

export const tagsSchema = z.nullish(z.record(z.string(), z.string()));

/** What every ARM resource has around its properties. */
export function armSchema<Properties extends z.ZodMiniType>(properties: Properties) {
  return z.looseObject({
    id: z.string(),
    name: z.string(),
    type: z.nullish(z.string()),
    location: z.nullish(z.string()),
    tags: tagsSchema,
    systemData: z.nullish(systemDataSchema),
    properties,
  });
}

export function pageSchema<Item extends z.ZodMiniType>(item: Item) {
  return z.looseObject({ value: z.array(item), nextLink: z.nullish(z.string()) });
}

export function armPath(id: string, query: Readonly<Record<string, string>> = {}): string {
  const path = id.split("/").map(encodeURIComponent).join("/");
  return `${path}?${new URLSearchParams({ "api-version": API_VERSION, ...query })}`;
}

/** The next page on our own origin, whatever host the server put into the link. */
export function nextPath(nextLink: string | null | undefined): string | undefined {
  if (nextLink === null || nextLink === undefined || nextLink === "") return undefined;
  const url = new URL(nextLink, location.origin);
  return url.pathname + url.search;
}

/** All pages of a list, up to {@link ROWS_MAX} rows. */
export async function listAll<Item extends z.ZodMiniType>(
  api: ApiClient,
  item: Item,
  request: { readonly path: string; readonly signal: AbortSignal },
): Promise<z.output<Item>[]> {
  const rows: z.output<Item>[] = [];
  let path: string | undefined = request.path;
  while (path !== undefined && rows.length < ROWS_MAX) {
    const page: { value: z.output<Item>[]; nextLink?: string | null | undefined } = await api.json(
      path,
      pageSchema(item),
      { signal: request.signal },
    );
    rows.push(...page.value);
    path = nextPath(page.nextLink);
  }
  return rows;
}
