import { draftStep } from "../../../domain/reuse/step-draft.ts";
import type { PartDifference } from "../../../domain/reuse/explain-difference.ts";
import { unifiedDiff } from "../../../domain/text-diff/unified-diff.ts";
import type { JobDependencies } from "../job-dependencies.ts";
import { workspaceOf } from "../job-run.ts";
import type { Job } from "../job-state.ts";

export interface CodePatch {
  /** Below the folder of the code. */
  readonly file: string;
  /** As `diff -u` writes it; `null` for a file that is no text or too large. */
  readonly patch: string | null;
}

/** Files that are compared line by line, and how large they may be. */
const FILES_MAX = 50;
const FILE_BYTES_MAX = 256 * 1024;
const NO_FILE = "/dev/null";

/** Compares the files of code that differ. Code that has been deleted since has no patches. */
export async function patchCode(
  before: Job,
  after: Job,
  { code, deps }: { code: readonly PartDifference[]; deps: JobDependencies },
): Promise<CodePatch[]> {
  const patches: CodePatch[] = [];
  for (const { name: place = "code", files } of code) {
    if (files === undefined) continue;
    const names = [...files.changed, ...files.added, ...files.removed].slice(0, FILES_MAX - patches.length);
    for (const file of names) {
      const one = files.added.includes(file) ? "" : await readText(before, { place, file }, deps);
      const other = files.removed.includes(file) ? "" : await readText(after, { place, file }, deps);
      const shown = {
        before: files.added.includes(file) ? NO_FILE : `${before.name}/${file}`,
        after: files.removed.includes(file) ? NO_FILE : `${after.name}/${file}`,
      };
      const patch = one === undefined || other === undefined ? null : unifiedDiff(shown, one, other);
      patches.push({ file, patch });
    }
  }
  return patches;
}

/** Text of a file of a job's code; `undefined` for one that is gone, too large, or no text. */
async function readText(
  job: Job,
  { place, file }: { place: string; file: string },
  deps: JobDependencies,
): Promise<string | undefined> {
  const reference = draftStep(job.properties).code[place];
  if (reference === undefined) return undefined;
  const options = { workspaceId: workspaceOf(job), collection: "codes" };
  const location = await deps.locator.locate(reference, options).catch(() => undefined);
  if (location?.kind !== "blob") return undefined;
  const { account, container, path } = location;
  const address = { account, container, name: `${path.replace(/\/$/, "")}/${file}` };
  const blob = await deps.blobs.find(address);
  if (blob === undefined || blob.sizeBytes > FILE_BYTES_MAX) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of await deps.blobs.read(address)) {
    if (piece instanceof Uint8Array) pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  const isText = !bytes.includes(0) && Buffer.from(bytes.toString("utf8")).equals(bytes);
  return isText ? bytes.toString("utf8") : undefined;
}
