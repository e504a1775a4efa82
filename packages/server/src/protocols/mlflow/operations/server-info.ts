import { z } from "zod";

import { defineOperation, type Operation } from "../operation.ts";

/** What newer clients ask before they choose how to send large files. */
const serverInfo = defineOperation({
  method: "GET",
  path: "/mlflow/server-info",
  action: "experiments/read",
  input: z.object({}),
  handle: async () => ({
    store_type: "SqlStore",
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: true,
    multipart_downloads_enabled: false,
  }),
});

export const serverInfoOperations: readonly Operation[] = [serverInfo];
