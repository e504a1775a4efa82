import type { Readable } from "node:stream";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { z } from "zod";

/** Largest body of an operation: a batch, or a dataset with its profile. */
const BODY_BYTES_MAX = 32 * 1024 * 1024;

const jsonObject = z.record(z.string(), z.unknown());

/** Reads a body as a JSON object; none at all is an empty one. Throws `BadRequest`, `TooLarge`. */
export async function readJson(body: Readable): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(Buffer.from(chunk));
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_BYTES_MAX) {
      throw new PlatformError("TooLarge", `A request may have at most ${BODY_BYTES_MAX} bytes. Split it up.`);
    }
  }
  if (sizeBytes === 0) return {};
  try {
    return jsonObject.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch (error) {
    throw new PlatformError("BadRequest", "The request's body is not a JSON object.", {
      azureCode: "MALFORMED_REQUEST",
      cause: error,
    });
  }
}
