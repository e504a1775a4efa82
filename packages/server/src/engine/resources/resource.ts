export const PROVISIONING_STATES = ["Succeeded", "Creating", "Updating", "Deleting", "Failed", "Canceled"] as const;
export type ProvisioningState = (typeof PROVISIONING_STATES)[number];

/** What ARM keeps around `properties`. */
export interface Envelope {
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly kind?: string;
  readonly sku?: Readonly<Record<string, unknown>>;
  readonly identity?: Readonly<Record<string, unknown>>;
}

/**
 * A stored resource. `properties` is what is desired, as admitted; `state` is what is actual, written by the
 * reconciler alone. Both have been through their schemas.
 */
export interface Resource<Properties = Record<string, unknown>, State = Record<string, unknown>> {
  /** Full ARM id, spelt as at creation. */
  readonly id: string;
  /** The id in lower case: the identity. */
  readonly key: string;
  /** As in the catalog: `workspaces/onlineEndpoints/deployments`. */
  readonly type: string;
  readonly name: string;
  /** Key of the resource above, or of the resource group for a workspace. */
  readonly parentKey: string;
  /** Key of the resource that this one works for, as a trial for its sweep. */
  readonly ownerKey: string | undefined;
  readonly envelope: Envelope;
  readonly properties: Properties;
  readonly state: State;
  readonly provisioningState: ProvisioningState;
  /** Counts up with each write of any part; the ETag. */
  readonly revision: number;
  /** Counts up with each write of envelope or properties: lets a reconciler see that `state` is of an older wish. */
  readonly generation: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
  /** Set while a delete waits for the reconciler to clear up. */
  readonly deletedAt: number | undefined;
}
