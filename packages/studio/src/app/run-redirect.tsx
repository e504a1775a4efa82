import { Navigate, useParams, useSearchParams } from "react-router";

import { useSignedIn } from "../api/workspace-context.tsx";
import { lastWorkspace, workspaceSlug } from "./workspace-slug.ts";

/** `/runs/<job>?wsid=<ARM id>`, the form of address that Azure's clients print for a job. */
export function RunRedirect() {
  const { name = "" } = useParams();
  const [search] = useSearchParams();
  const { workspaces } = useSignedIn().session;
  const wanted = search.get("wsid")?.toLowerCase();
  const workspace = workspaces.find((each) => each.id.toLowerCase() === wanted) ?? lastWorkspace(workspaces);
  if (workspace === undefined) return <Navigate to="/" replace />;
  const slug = encodeURIComponent(workspaceSlug(workspace, workspaces));
  return <Navigate to={`/workspaces/${slug}/jobs/${encodeURIComponent(name)}`} replace />;
}
