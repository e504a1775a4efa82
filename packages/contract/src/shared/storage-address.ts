/** Ends the host part of our storage accounts: `<account>.blob.core.lazuli`. */
export const STORAGE_SUFFIX = "core.lazuli";

export type StorageService = "blob" | "dfs" | "file";

/**
 * Clients build `https://{accountName}.blob.{suffix}` themselves, and most machines cannot resolve invented hosts. So a
 * datastore's `accountName` is `127.0.0.1:8470/<account>`, and the account's host becomes the first path segment.
 */
export function renderAccountName(authority: string, account: string): string {
  return `${authority}/${account}`;
}

/** Base URL of an account without a final slash: `https://127.0.0.1:8470/<account>.blob.core.lazuli`. */
export function renderAccountUrl(authority: string, account: string, service: StorageService): string {
  return `https://${authority}/${account}.${service}.${STORAGE_SUFFIX}`;
}

export interface StoragePath {
  readonly account: string;
  readonly service: StorageService;
  /** What follows the account's segment, without a leading slash; still percent-encoded. */
  readonly rest: string;
}

const FIRST_SEGMENT = /^\/([a-z0-9]{3,24})\.(blob|dfs|file)\.core\.lazuli(?:\/([^?]*))?$/;

/** Parses a URL's path (no query); `undefined` when it is not one of ours. */
export function parseStoragePath(path: string): StoragePath | undefined {
  const match = FIRST_SEGMENT.exec(path);
  if (match === null) return undefined;
  const service = match[2];
  if (service !== "blob" && service !== "dfs" && service !== "file") return undefined;
  return { account: match[1] ?? "", service, rest: match[3] ?? "" };
}
