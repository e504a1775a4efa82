import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";

/** Where the programs of a running job can be opened. */
export async function showServices(session: Session, options: Options): Promise<unknown> {
  const name = options.requireText("name");
  const index = options.count("nodeIndex") ?? 0;
  const path = `/history/v1.0${session.workspaceId}/runs/${encodeURIComponent(name)}/serviceinstances/${index}`;
  const answer = await session.client.transport.send("GET", path, { query: { "api-version": "v1.0" } });
  const instances = Object.entries(asRecord(asRecord(answer.body)["instances"]));
  return Object.fromEntries(instances.map(([service, value]) => [service, withPlainError(asRecord(value))]));
}

/** The sentence alone, as `az` shows it. */
function withPlainError(instance: Record<string, unknown>): Record<string, unknown> {
  return { ...instance, error: asRecord(asRecord(instance["error"])["error"])["message"] ?? null };
}
