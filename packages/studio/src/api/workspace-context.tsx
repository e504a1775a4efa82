import { createContext, useContext } from "react";

import type { ApiClient } from "./api-client.ts";
import type { Session, Workspace } from "./session.ts";

export interface SignedIn {
  readonly api: ApiClient;
  readonly session: Session;
}

const SignedInContext = createContext<SignedIn | undefined>(undefined);
const WorkspaceContext = createContext<Workspace | undefined>(undefined);

export const SignedInProvider = SignedInContext.Provider;
export const WorkspaceProvider = WorkspaceContext.Provider;

export function useSignedIn(): SignedIn {
  const value = useContext(SignedInContext);
  if (value === undefined) throw new Error("useSignedIn is used outside of its provider");
  return value;
}

export function useApi(): ApiClient {
  return useSignedIn().api;
}

export function useWorkspace(): Workspace {
  const value = useContext(WorkspaceContext);
  if (value === undefined) throw new Error("useWorkspace is used outside of its provider");
  return value;
}
