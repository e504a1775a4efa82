import type { Audience } from "./tokens.ts";

/** Ends the names of our own cloud: `https://ml.azure.lazuli` is the audience that the SDK makes up from it. */
export const CLOUD_SUFFIX = "lazuli";

const DEFAULT_CLAIMS: Record<Audience, string> = {
  management: "https://management.azure.com",
  storage: "https://storage.azure.com",
  machineLearning: `https://ml.azure.${CLOUD_SUFFIX}`,
  studio: "urn:lazuli:studio",
  task: "urn:lazuli:task",
};

const MANAGEMENT = new Set(["https://management.azure.com", "https://management.core.windows.net"]);
const STORAGE = /^https:\/\/(?:storage\.azure\.com|(?:[^/]+\/)?[a-z0-9]{3,24}\.(?:blob|dfs|file)\.[a-z0-9.-]+)$/;
const MACHINE_LEARNING = /^https:\/\/ml\.azure\.[a-z0-9.:-]*$/;
const LOOPBACK = /^https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

export function defaultAudienceClaim(audience: Audience): string {
  return DEFAULT_CLAIMS[audience];
}

/**
 * The audience that a literal `aud` stands for; `undefined` when no door of ours takes it. Clients differ in the final
 * slash, and spell our own address by any name it has.
 *
 * @param hostNames Names beside the loopback ones under which this server is called, without port.
 */
export function audienceOfClaim(claim: string, hostNames: readonly string[]): Audience | undefined {
  const plain = claim.toLowerCase().replace(/\/+$/, "");
  if (plain === DEFAULT_CLAIMS.task) return "task";
  if (plain === DEFAULT_CLAIMS.studio) return "studio";
  if (STORAGE.test(plain)) return "storage";
  if (MACHINE_LEARNING.test(plain)) return "machineLearning";
  if (MANAGEMENT.has(plain) || LOOPBACK.test(plain)) return "management";
  return hostNames.some((host) => isAddressOf(plain, host.toLowerCase())) ? "management" : undefined;
}

/** Whether a token of this audience opens a door for `accepted`: Azure's endpoints take management tokens as well. */
export function isAccepted(audience: Audience | undefined, accepted: readonly Audience[]): boolean {
  if (audience === undefined) return false;
  if (accepted.includes(audience)) return true;
  return audience === "management" && accepted.includes("machineLearning");
}

function isAddressOf(claim: string, host: string): boolean {
  const shown = host.includes(":") ? `[${host}]` : host;
  if (claim === `https://${shown}`) return true;
  return claim.startsWith(`https://${shown}:`) && /^\d{1,5}$/.test(claim.slice(`https://${shown}:`.length));
}
