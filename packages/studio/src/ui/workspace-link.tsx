import { Link as FluentLink } from "@fluentui/react-components";
import { useCallback, type ReactNode } from "react";
import { useHref, useLinkClickHandler, useParams } from "react-router";

/** The address of a page of the open workspace: `jobs/iris` becomes `/workspaces/main/jobs/iris`. */
export function useWorkspacePath(): (path: string) => string {
  const { workspace } = useParams();
  return useCallback((path: string) => `/workspaces/${encodeURIComponent(workspace ?? "")}/${path}`, [workspace]);
}

export interface WorkspaceLinkProps {
  /** Below the workspace, as `jobs/iris`. */
  readonly to: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A link inside the open workspace that looks as Fluent's and opens without loading the page anew. */
export function WorkspaceLink({ to, className, children }: WorkspaceLinkProps) {
  const path = useWorkspacePath()(to);
  const href = useHref(path);
  const onClick = useLinkClickHandler<HTMLAnchorElement>(path);
  return (
    <FluentLink as="a" className={className ?? ""} href={href} onClick={onClick}>
      {children}
    </FluentLink>
  );
}
