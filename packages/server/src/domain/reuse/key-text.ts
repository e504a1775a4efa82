import { canonicalJson } from "./canonical-json.ts";
import type { StepParts } from "./step-parts.ts";

/** Counts up when the parts mean something else than before: then nothing made earlier is found. */
const KEY_VERSION = 1;

/** The text whose digest is a step's key: the same for equal parts, another for any that differ. */
export function keyText(parts: StepParts): string {
  // Counts and sizes follow from the content and say nothing that its digest does not.
  const digests = (contents: StepParts["code"]) =>
    Object.fromEntries(Object.entries(contents).map(([place, { digest }]) => [place, digest]));
  const data = Object.entries(parts.data).map(([name, { content, ...rest }]) => [
    name,
    { ...rest, content: content.digest },
  ]);
  return `step-${KEY_VERSION}\n${canonicalJson({ ...parts, code: digests(parts.code), data: Object.fromEntries(data) })}`;
}
