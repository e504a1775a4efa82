import { PlatformError } from "@lazuli/contract/errors.ts";
import type { FastifyRequest } from "fastify";

import type { StorageReply } from "./storage-operation.ts";

const MAX_AGE_SECONDS = "3600";

/** Headers for an answer to a browser of a configured origin; none otherwise. */
export function renderCorsHeaders(
  origin: string | undefined,
  allowed: readonly string[],
): Readonly<Record<string, string>> {
  if (origin === undefined || !isAllowed(origin, allowed)) return {};
  return { "access-control-allow-origin": origin, "access-control-expose-headers": "*", vary: "Origin" };
}

/** A preflight carries no credentials. Throws `Forbidden` (`CorsPreflightFailure`) for an origin that is not configured. */
export function answerPreflight(request: FastifyRequest, allowed: readonly string[]): StorageReply {
  const { origin } = request.headers;
  const headers = request.headers["access-control-request-headers"];
  if (origin === undefined || !isAllowed(origin, allowed)) {
    throw new PlatformError("Forbidden", "CORS not enabled or no matching rule found for this request.", {
      azureCode: "CorsPreflightFailure",
    });
  }
  return {
    status: 200,
    headers: {
      "access-control-allow-methods": "GET,HEAD,PUT,POST,DELETE,OPTIONS",
      "access-control-max-age": MAX_AGE_SECONDS,
      ...(headers !== undefined && { "access-control-allow-headers": headers }),
    },
  };
}

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes(origin) || allowed.includes("*");
}
