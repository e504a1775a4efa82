import { randomBytes, randomUUID } from "node:crypto";

const RUN_ID_BYTES = 16;

export function newUuid(): string {
  return randomUUID();
}

/** 32 hex digits, as MLflow names runs, models and traces. */
export function newHexId(): string {
  return randomBytes(RUN_ID_BYTES).toString("hex");
}
