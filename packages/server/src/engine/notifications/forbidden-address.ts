import { BlockList, isIPv6 } from "node:net";

const FORBIDDEN_RANGES = [
  ["0.0.0.0", 8, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  // Metadata services of clouds are link-local.
  ["169.254.0.0", 16, "ipv4"],
  ["224.0.0.0", 4, "ipv4"],
  ["255.255.255.255", 32, "ipv4"],
  ["::", 127, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
  ["fd00:ec2::254", 128, "ipv6"],
] as const;

/**
 * Whether an address is this machine's own, link-local or of a group: nothing there is a webhook, and much there trusts
 * whoever can reach it. Private networks are allowed: that is where the services of one's own are.
 */
export function isForbiddenAddress(address: string): boolean {
  const list = new BlockList();
  for (const [network, prefix, family] of FORBIDDEN_RANGES) list.addSubnet(network, prefix, family);
  // The list looks into IPv4 addresses that are written as IPv6.
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
