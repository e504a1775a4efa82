import { createBrowserRouter, Navigate, type RouteObject } from "react-router";

import { LostPage, RouteFailure } from "./route-failure.tsx";
import { RunRedirect } from "./run-redirect.tsx";
import { StartRedirect } from "./start-redirect.tsx";
import { WorkspaceLayout } from "./workspace-layout.tsx";

/** Each page is loaded when it is first opened. */
const PAGES: RouteObject[] = [
  { index: true, element: <Navigate to="home" replace /> },
  { path: "home", lazy: async () => ({ Component: (await import("../features/home/home-page.tsx")).HomePage }) },
  { path: "jobs", lazy: async () => ({ Component: (await import("../features/jobs/jobs-page.tsx")).JobsPage }) },
  { path: "jobs/:name", lazy: async () => ({ Component: (await import("../features/jobs/job-page.tsx")).JobPage }) },
  {
    path: "models",
    lazy: async () => ({ Component: (await import("../features/models/models-page.tsx")).ModelsPage }),
  },
  {
    path: "models/:name",
    lazy: async () => ({ Component: (await import("../features/models/model-page.tsx")).ModelPage }),
  },
  {
    path: "endpoints",
    lazy: async () => ({ Component: (await import("../features/endpoints/endpoints-page.tsx")).EndpointsPage }),
  },
  {
    path: "endpoints/:name",
    lazy: async () => ({ Component: (await import("../features/endpoints/endpoint-page.tsx")).EndpointPage }),
  },
  {
    path: "compute",
    lazy: async () => ({ Component: (await import("../features/compute/computes-page.tsx")).ComputesPage }),
  },
  {
    path: "compute/:name",
    lazy: async () => ({ Component: (await import("../features/compute/compute-page.tsx")).ComputePage }),
  },
  { path: "data", lazy: async () => ({ Component: (await import("../features/data/data-page.tsx")).DataPage }) },
  {
    path: "data/:name",
    lazy: async () => ({ Component: (await import("../features/data/data-asset-page.tsx")).DataAssetPage }),
  },
  {
    path: "environments",
    lazy: async () => ({
      Component: (await import("../features/environments/environments-page.tsx")).EnvironmentsPage,
    }),
  },
  {
    path: "environments/:name",
    lazy: async () => ({ Component: (await import("../features/environments/environment-page.tsx")).EnvironmentPage }),
  },
  { path: "*", element: <LostPage /> },
];

export function createStudioRouter() {
  return createBrowserRouter([
    {
      errorElement: <RouteFailure />,
      HydrateFallback: () => undefined,
      children: [
        { path: "/", element: <StartRedirect /> },
        { path: "/runs/:name", element: <RunRedirect /> },
        { path: "/jobs/:name", element: <RunRedirect /> },
        {
          path: "/workspaces/:workspace",
          element: <WorkspaceLayout />,
          children: [{ errorElement: <RouteFailure />, children: PAGES }],
        },
        { path: "*", element: <LostPage /> },
      ],
    },
  ]);
}
