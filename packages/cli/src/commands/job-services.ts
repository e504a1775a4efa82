import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";

/** Where the programs of a running job can be opened. */
export async function showServices(session: Session, options: Options): Promise<unknown> {
  const name = options.requireText("name");
  const index = options.count("nodeIndex") ?? 0;
  const path = `/history/v1.0${session.workspaceId}/runs/${encodeURIComponent(name)}/serviceinstances/${index}`;
  const answer = await session.client.transport.send("GET", path, { query: { "api-version": "v1.0" } });
  return asRecord(answer.body)["instances"] ?? {};
}
