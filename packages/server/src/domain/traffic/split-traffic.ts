import type { Issue } from "../issue.ts";

/** Percentages by deployment name. */
export type TrafficShares = Readonly<Record<string, number>>;

export const MIRROR_PERCENT_MAX = 50;

/** What is wrong with an endpoint's traffic, given the deployments that it has. */
export function checkTraffic(traffic: TrafficShares, deploymentNames: ReadonlySet<string>): Issue[] {
  const issues = unknownNames(traffic, deploymentNames, "properties.traffic");
  const sum = sumOf(traffic);
  if (sum !== 0 && sum !== 100) {
    const message = `The traffic percentages sum to ${sum}; they must sum to 0 or 100.`;
    issues.push({ code: "InvalidTraffic", message, target: "properties.traffic" });
  }
  return issues;
}

/** What is wrong with the mirrored traffic: one deployment, at most half, and one that serves no traffic itself. */
export function checkMirrorTraffic(
  mirror: TrafficShares,
  traffic: TrafficShares,
  deploymentNames: ReadonlySet<string>,
): Issue[] {
  const target = "properties.mirrorTraffic";
  const issues = unknownNames(mirror, deploymentNames, target);
  const mirrored = Object.entries(mirror).filter(([, percent]) => percent > 0);
  if (mirrored.length > 1) {
    const message = "Traffic can be mirrored to one deployment only.";
    issues.push({ code: "InvalidMirrorTraffic", message, target });
  }
  for (const [name, percent] of mirrored) {
    if (percent > MIRROR_PERCENT_MAX) {
      const message = `'${name}' mirrors ${percent} percent of the traffic; at most ${MIRROR_PERCENT_MAX} are allowed.`;
      issues.push({ code: "InvalidMirrorTraffic", message, target });
    }
    if ((traffic[name] ?? 0) > 0) {
      const message = `'${name}' serves live traffic, so it cannot mirror traffic as well.`;
      issues.push({ code: "InvalidMirrorTraffic", message, target });
    }
  }
  return issues;
}

/**
 * The deployment that a request goes to; `undefined` when no share is positive.
 *
 * @param chance A number in [0, 1).
 */
export function pickDeployment(traffic: TrafficShares, chance: number): string | undefined {
  const sum = sumOf(traffic);
  let left = chance * sum;
  let last: string | undefined;
  for (const [name, percent] of Object.entries(traffic)) {
    if (percent <= 0) continue;
    last = name;
    left -= percent;
    if (left < 0) return name;
  }
  return last;
}

/** The deployments that a request is copied to. Each share is of all requests, so the shares need not sum to anything. */
export function pickMirrors(mirror: TrafficShares, chance: number): string[] {
  return Object.entries(mirror)
    .filter(([, percent]) => chance * 100 < percent)
    .map(([name]) => name);
}

function unknownNames(shares: TrafficShares, known: ReadonlySet<string>, target: string): Issue[] {
  return Object.entries(shares)
    .filter(([name, percent]) => percent > 0 && !known.has(name.toLowerCase()))
    .map(([name]) => ({
      code: "DeploymentNotFound",
      message: `The endpoint has no deployment '${name}'. Create it before giving it traffic.`,
      target: `${target}.${name}`,
    }));
}

function sumOf(shares: TrafficShares): number {
  return Object.values(shares).reduce((sum, percent) => sum + percent, 0);
}
