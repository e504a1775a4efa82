import type { z } from "zod";

import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { BlobStore } from "../../blobs/blob-store.ts";
import type { Authenticate } from "../../engine/access/authenticate.ts";
import type { Principal } from "../../engine/access/principal.ts";
import type { DataLocator } from "../../engine/data/data-locator.ts";
import type { Resources } from "../../engine/resources/resources.ts";
import type { Tracking } from "../../tracking/open-tracking-store.ts";
import { parseInput } from "./parse-input.ts";

export interface MlflowDependencies {
  readonly tracking: Tracking;
  readonly resources: Resources;
  readonly blobs: BlobStore;
  readonly authenticate: Authenticate;
  readonly access: { assertCan(principal: Principal, action: string, id: string): Promise<void> };
  /** Finds where the files of any reference lie. */
  readonly locator: Pick<DataLocator, "locate">;
  readonly clock: Clock;
  readonly log: Log;
  /** Base URL that callers reach this server under, without a final slash. */
  readonly baseUrl: string;
}

/** The workspace that a request is in. */
export interface WorkspaceScope {
  /** ARM id, spelt as at creation. */
  readonly workspaceId: string;
  readonly workspaceKey: string;
  /** Storage account of the workspace's own datastores. */
  readonly account: string;
}

/** What an operation works with: the services, the workspace and who asks. */
export interface OperationContext extends MlflowDependencies, WorkspaceScope {
  readonly principal: Principal;
}

/** Azure's word for what is touched, of which a role must allow `read`, `write` or `delete`. */
export type Subject = "experiments" | "experiments/runs" | "models";

export interface Operation {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `/api/2.0`, as `/mlflow/logged-models/{model_id}`; segments in braces become part of the input. */
  readonly path: string;
  /** Azure's action below `Microsoft.MachineLearningServices/workspaces/`, as `experiments/runs/write`. */
  readonly action: `${Subject}/${"read" | "write" | "delete"}`;
  /** Parses and answers. Input is the query or body, joined by what the path says. */
  run(input: unknown, context: OperationContext): Promise<unknown>;
}

interface OperationDeclaration<Input> extends Omit<Operation, "run"> {
  readonly input: z.ZodType<Input>;
  handle(input: Input, context: OperationContext): Promise<unknown>;
}

export function defineOperation<Input>(declaration: OperationDeclaration<Input>): Operation {
  const { method, path, action, input, handle } = declaration;
  return { method, path, action, run: async (unparsed, context) => handle(parseInput(input, unparsed), context) };
}

/** The same operation under a second method, as MLflow has for searches. */
export function alsoAs(operation: Operation, method: Operation["method"]): readonly Operation[] {
  return [operation, { ...operation, method }];
}
