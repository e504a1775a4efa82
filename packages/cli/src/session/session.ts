import { PlatformError } from "@lazuli/contract/errors.ts";
import { Client, registryId, workspaceId, type WorkspaceScope } from "@lazuli/sdk/client.ts";
import type { LocalFiles } from "@lazuli/sdk/submit/local-files.ts";
import { NodeFiles } from "@lazuli/sdk/upload/node-files.ts";
import type { SubmitContext } from "@lazuli/sdk/submit/resolve-parts.ts";
import { dirname, resolve } from "node:path";

import type { Options } from "../options.ts";
import { uploadBar } from "../output/progress-bar.ts";
import { asRecord, connect, type Connection } from "./connection.ts";
import { resolveScope } from "./defaults.ts";

/** The platform as one command sees it: where, as whom, and in which workspace. */
export class Session {
  readonly client: Client;
  readonly connection: Connection;
  readonly options: Options;

  constructor(connection: Connection, options: Options) {
    this.connection = connection;
    this.options = options;
    this.client = new Client({
      baseUrl: connection.url,
      fetch: connection.fetch,
      getToken: (signal) => connection.getToken(signal),
    });
  }

  static async open(options: Options): Promise<Session> {
    return new Session(await connect(), options);
  }

  get scope(): WorkspaceScope {
    return resolveScope(
      {
        subscription: this.options.text("subscription"),
        resourceGroup: this.options.text("resourceGroup"),
        workspace: this.options.text("workspaceName"),
      },
      this.connection.defaults,
    );
  }

  get workspaceId(): string {
    return workspaceId(this.scope);
  }

  /** Id of the workspace, or of the registry that `--registry-name` names. */
  async assetRoot(): Promise<string> {
    const registry = this.options.text("registryName");
    if (registry === undefined) return this.workspaceId;
    const path = `/registrymanagement/v1.0/registries/${encodeURIComponent(registry)}/discovery`;
    const answer = await this.client.transport.send("GET", path, { query: { "api-version": "v1.0" } });
    const { subscriptionId, resourceGroup } = asRecord(answer.body);
    if (typeof subscriptionId !== "string" || typeof resourceGroup !== "string") {
      throw new PlatformError("NotFound", `There is no registry '${registry}'.`);
    }
    return registryId({ subscription: subscriptionId, resourceGroup }, registry);
  }

  /** What creating from YAML needs; relative paths start at the folder of `file`, or here. */
  submitContext(file: string | undefined): SubmitContext & { readonly files: LocalFiles } {
    const folder = file === undefined ? process.cwd() : dirname(resolve(file));
    const { client, scope } = this;
    const files = new NodeFiles({ client, scope, folder, fetch: this.connection.fetch, onUpload: uploadBar });
    return { client, scope, files };
  }
}
