/** Azure's spelling of `queueSettings`; its clients send the priority as a number. */
export interface QueueSettings {
  readonly jobTier?: string | null | undefined;
  readonly priority?: string | number | null | undefined;
}

/** Tiers from the one that yields to all others upwards. */
const TIERS: readonly string[] = ["spot", "basic", "standard", "premium"];
const PRIORITIES: readonly string[] = ["low", "medium", "high"];
const TIER_DEFAULT = "standard";
const PRIORITY_DEFAULT = "medium";

/** Orders jobs of one compute: first by tier, then by priority; the higher goes first. */
export function turnClassOf(settings: QueueSettings | null | undefined): number {
  const tier = TIERS.indexOf(tierOf(settings));
  return tier * PRIORITIES.length + PRIORITIES.indexOf(priorityOf(settings));
}

/** Spot jobs give way to all others. */
export function isSpot(settings: QueueSettings | null | undefined): boolean {
  return tierOf(settings) === "spot";
}

/** What is wrong with the settings, as a sentence; `undefined` when nothing is. */
export function findQueueProblem(settings: QueueSettings | null | undefined): string | undefined {
  const tier = settings?.jobTier;
  if (tier != null && tier.toLowerCase() !== "null" && !TIERS.includes(tier.toLowerCase())) {
    return `'${tier}' is no job tier; choose one of ${TIERS.join(", ")}.`;
  }
  const priority = settings?.priority;
  if (priority == null || parsePriority(priority) !== undefined) return undefined;
  return `'${priority}' is no priority; choose one of ${PRIORITIES.join(", ")}, or 1 to 3.`;
}

function tierOf(settings: QueueSettings | null | undefined): string {
  const tier = settings?.jobTier?.toLowerCase() ?? TIER_DEFAULT;
  return TIERS.includes(tier) ? tier : TIER_DEFAULT;
}

function priorityOf(settings: QueueSettings | null | undefined): string {
  return parsePriority(settings?.priority ?? PRIORITY_DEFAULT) ?? PRIORITY_DEFAULT;
}

function parsePriority(priority: string | number): string | undefined {
  const text = String(priority).toLowerCase();
  return PRIORITIES.find((name, index) => name === text || String(index + 1) === text);
}
