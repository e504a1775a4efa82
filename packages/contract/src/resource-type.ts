import type { z } from "zod";

/**
 * What kind of name a collection holds. `asset` is a container whose members are numbered versions below it
 * (`models/iris`), `version` such a member (`models/iris/versions/3`), `plain` everything else.
 */
export type ResourceShape = "plain" | "asset" | "version";

export interface ActionType {
  /** The last path segment of the POST, as `listKeys`. */
  readonly name: string;
  readonly longRunning: boolean;
  readonly description: string;
  /** Changes nothing and shows nothing secret: allowed to whoever may read the resource. */
  readonly isRead?: boolean;
}

/**
 * A resource as it crosses the wire, declared once: routes, OpenAPI and the coverage page derive from it.
 */
export interface ResourceType<Properties extends z.ZodType = z.ZodType> {
  /** Collections below the provider, as `workspaces/onlineEndpoints/deployments`. */
  readonly type: string;
  /** The same concept in the CLI and Studio, as `online-deployment`. */
  readonly noun: string;
  readonly shape: ResourceShape;
  readonly properties: Properties;
  /** A whole PUT body that the schema accepts; shown in the documentation and used by tests. */
  readonly example: { readonly properties: unknown; readonly [key: string]: unknown };
  /** Whether PUT, PATCH and DELETE answer with an operation to poll. */
  readonly longRunning: boolean;
  readonly actions: readonly ActionType[];
}

export function defineResourceType<Properties extends z.ZodType>(
  type: Omit<ResourceType<Properties>, "actions" | "longRunning" | "shape"> & Partial<ResourceType<Properties>>,
): ResourceType<Properties> {
  return { shape: "plain", longRunning: false, actions: [], ...type };
}
