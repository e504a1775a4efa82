/** Keys that say nothing about what runs: telemetry, names that are made up, what the platform fills in. */
const IGNORED = new Set([
  "_source",
  "$schema",
  "isArchived",
  "isAnonymous",
  "displayName",
  "display_name",
  "experimentName",
  "client_component_hash",
  "sourceJobId",
]);

/** What azure-ai-ml writes out although it is the platform's default anyway. */
const DEFAULTS: readonly (readonly [path: RegExp, value: unknown])[] = [
  [/\.parameter_?[sS]erver_?[cC]ount$/, 0],
  [/\.identity$/, { identity_type: "UserIdentity" }],
  [/\.identity$/, { identity_type: "Managed" }],
  [/\.identity$/, { identityType: "UserIdentity" }],
  [/\.identity$/, { identityType: "Managed" }],
  [/\.spark\.executor\.instances$/, 1],
  [/\.mini_batch_size$/, 0],
  [/\.mini_batch_size$/, "0"],
];

/** Steps whose own keys are kept as data, not translated. */
const DATA_TYPES = new Set(["automl"]);

/** How our body differs from that of azure-ai-ml, a line each; nothing where only spellings of the same differ. */
export function findDifferences(ours: unknown, theirs: unknown): string[] {
  const found: string[] = [];
  compare({ path: "", ours: normalize(ours), theirs: normalize(theirs) }, found);
  return found;
}

function compare({ path, ours, theirs }: { path: string; ours: unknown; theirs: unknown }, found: string[]): void {
  if (isObject(ours) && isObject(theirs)) {
    if (DATA_TYPES.has(String(ours["type"])) && path.includes(".jobs.")) return;
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      compare({ path: `${path}.${key}`, ours: ours[key], theirs: theirs[key] }, found);
    }
    return;
  }
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
  const isDefault = DEFAULTS.some(
    ([where, value]) => where.test(path) && JSON.stringify(value) === JSON.stringify(theirs),
  );
  if (ours === undefined && isDefault) return;
  // Words in another case, and variables that the file writes as numbers, say the same.
  if (isPlain(ours) && isPlain(theirs) && String(ours).toLowerCase() === String(theirs).toLowerCase()) return;
  found.push(`${path} is ${JSON.stringify(ours)} here, ${JSON.stringify(theirs)} by azure-ai-ml`);
}

function normalize(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === "string" ? item.toLowerCase() : normalize(item)));
  if (typeof value === "string") return normalizeText(value);
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !IGNORED.has(key))
    .map(([key, item]) => [key, normalize(item)] as const)
    .filter(([, item]) => item !== null && item !== undefined && !(isObject(item) && Object.keys(item).length === 0));
  return Object.fromEntries(entries);
}

/** Ids with and without their prefix, versions and labels, times with a space or a T name the same. */
function normalizeText(text: string): string {
  return text
    .replace(/^azureml:\/\/uploaded\/?$/, "azureml://uploaded")
    .replace(/^azureml:(?=\/subscriptions)/, "")
    .replace(/\/versions\/latest$/, "/labels/latest")
    .replace(/^(?:\/subscriptions.*\/)computes\/serverless$/, "serverless")
    .replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/, "$1T$2");
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
