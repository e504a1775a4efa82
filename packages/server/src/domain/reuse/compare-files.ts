/** Digest of each file by its name below the folder. */
export type FileDigests = Readonly<Record<string, string>>;

export interface FileChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** Names written out; the rest is counted. */
const NAMES_SHOWN_MAX = 5;

export function compareFiles(before: FileDigests, after: FileDigests): FileChanges {
  const names = (files: FileDigests) => Object.keys(files).sort();
  return {
    added: names(after).filter((name) => !Object.hasOwn(before, name)),
    removed: names(before).filter((name) => !Object.hasOwn(after, name)),
    changed: names(after).filter((name) => Object.hasOwn(before, name) && before[name] !== after[name]),
  };
}

/** `'train.py' changed, 'old.py' removed`. */
export function describeFileChanges(changes: FileChanges): string {
  const { changed, added, removed } = changes;
  const parts = [
    ...changed.map((name) => `'${name}' changed`),
    ...added.map((name) => `'${name}' added`),
    ...removed.map((name) => `'${name}' removed`),
  ];
  const more = parts.length - NAMES_SHOWN_MAX;
  return [...parts.slice(0, NAMES_SHOWN_MAX), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}
