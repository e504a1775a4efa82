/** A built-in role of Azure, by the action strings it allows and takes back. */
export interface Role {
  readonly name: string;
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const ML = "Microsoft.MachineLearningServices";
const BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers";

/**
 * Names and actions as Azure's, with one difference: Owner and Contributor may read and write blobs as well, because
 * storage here is part of the workspace and not an account that somebody else grants.
 */
export const ROLES: readonly Role[] = [
  { name: "Owner", actions: ["*"], notActions: [] },
  {
    name: "Contributor",
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
    ],
  },
  { name: "Reader", actions: ["*/read"], notActions: [`${BLOBS}/*`] },
  {
    name: "AzureML Data Scientist",
    actions: [
      `${ML}/workspaces/read`,
      `${ML}/workspaces/*/read`,
      `${ML}/workspaces/*/action`,
      `${ML}/workspaces/*/delete`,
      `${ML}/workspaces/*/write`,
      `${ML}/registries/read`,
      `${ML}/registries/*/read`,
      `${BLOBS}/*`,
    ],
    notActions: [
      `${ML}/workspaces/delete`,
      `${ML}/workspaces/write`,
      `${ML}/workspaces/computes/*/write`,
      `${ML}/workspaces/computes/*/delete`,
      `${ML}/workspaces/computes/listKeys/action`,
      `${ML}/workspaces/listKeys/action`,
    ],
  },
];

export function findRole(name: string): Role | undefined {
  return ROLES.find((role) => role.name.toLowerCase() === name.toLowerCase());
}

/** Whether the role allows an action such as `Microsoft.MachineLearningServices/workspaces/jobs/write`. */
export function permits(role: Role, action: string): boolean {
  const isMatch = (pattern: string): boolean => matchesAction(pattern, action);
  return role.actions.some(isMatch) && !role.notActions.some(isMatch);
}

/** Whether the id lies at or below the scope; `/` is above everything. Case does not count, as in Azure. */
export function isWithinScope(id: string, scope: string): boolean {
  const plainScope = scope.toLowerCase().replace(/\/+$/, "");
  const plainId = id.toLowerCase().replace(/\/+$/, "");
  return plainId === plainScope || plainId.startsWith(`${plainScope}/`);
}

/** `*` stands for any run of characters, slashes included; case does not count. */
function matchesAction(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const text = action.toLowerCase();
  const [first = "", ...others] = parts;
  if (others.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const last = others.pop() ?? "";
  let position = first.length;
  for (const part of others) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}
