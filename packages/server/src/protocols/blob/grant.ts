import type { Principal } from "../../engine/access/principal.ts";

/** What the caller proved. */
export type Grant =
  | { readonly kind: "sharedKey" }
  | { readonly kind: "bearer"; readonly principal: Principal }
  | {
      readonly kind: "sas";
      readonly permissions: string;
      /** Headers that the SAS lays down for reads: `rscc`, `rscd`, `rsce`, `rscl`, `rsct`. */
      readonly replyHeaders: Readonly<Record<string, string>>;
    };

/** With `c` alone a blob may be made but not replaced. */
export function isLimitedToCreate(grant: Grant): boolean {
  return grant.kind === "sas" && grant.permissions.includes("c") && !grant.permissions.includes("w");
}
