import { PlatformError } from "@lazuli/contract/errors.ts";
import { readFile } from "node:fs/promises";

import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";

/** Sends the request file as it is, with the endpoint's key; returns the answer's text. */
export async function invokeEndpoint(session: Session, options: Options): Promise<string> {
  const name = options.requireText("name");
  const file = options.requireText("requestFile");
  const body = await readFile(file).catch((error: unknown) => {
    throw new PlatformError("BadRequest", `The request file '${file}' cannot be read.`, { cause: error });
  });
  const endpoint = await session.client.get(`${session.workspaceId}/onlineEndpoints/${name}`);
  const uri = endpoint.properties?.["scoringUri"];
  if (typeof uri !== "string") {
    throw new PlatformError(
      "Unavailable",
      `Endpoint '${name}' has no address yet; see 'lazuli online-endpoint show -n ${name}'.`,
    );
  }
  const isKey = String(endpoint.properties?.["authMode"]).toLowerCase() === "key";
  const credentials = asRecord(await session.client.post(endpoint.id, isKey ? "listKeys" : "token"));
  const secret = String(credentials[isKey ? "primaryKey" : "accessToken"] ?? "");
  const deployment = options.text("deploymentName");
  const response = await session.connection.fetch(uri, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${secret}`,
      ...(deployment === undefined ? {} : { "azureml-model-deployment": deployment }),
    },
  });
  const text = await response.text();
  if (response.ok) return text;
  const served = response.headers.get("azureml-model-deployment");
  const where = served === null ? "" : ` (deployment '${served}')`;
  throw new PlatformError(
    "BadRequest",
    `Endpoint '${name}' answered ${response.status}${where}: ${text.trim().slice(0, 2000)}`,
  );
}
