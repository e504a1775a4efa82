import type { Workspace } from "../api/session.ts";

const STORAGE_KEY = "lazuli.workspace";

/** A workspace in an address: its name, or its GUID where two have the same name. */
export function workspaceSlug(workspace: Workspace, all: readonly Workspace[]): string {
  const isUnique = all.filter((other) => other.name === workspace.name).length === 1;
  return isUnique ? workspace.name : workspace.guid;
}

export function findWorkspace(slug: string | undefined, all: readonly Workspace[]): Workspace | undefined {
  return all.find((each) => workspaceSlug(each, all) === slug) ?? all.find((each) => each.guid === slug);
}

/** The workspace used last on this device. */
export function lastWorkspace(all: readonly Workspace[]): Workspace | undefined {
  const stored = localStorage.getItem(STORAGE_KEY);
  return all.find((each) => each.guid === stored) ?? all.find((each) => each.name === "main") ?? all[0];
}

export function rememberWorkspace(workspace: Workspace): void {
  localStorage.setItem(STORAGE_KEY, workspace.guid);
}
