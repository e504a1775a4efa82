import { setTimeout as delay } from "node:timers/promises";

import type { TestServer } from "./test-server.ts";

const POLL_MS = 50;
const SETTLE_MS_MAX = 120_000;
const VERSION = "api-version=2025-01-01-preview";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The resource API of a test server's default workspace, over plain http and as its owner. */
export class ArmClient {
  readonly workspaceId: string;
  readonly #server: TestServer;
  #token = "";

  constructor(server: TestServer) {
    const { subscription, resourceGroup, workspace } = server.file.defaults;
    this.#server = server;
    this.workspaceId = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    if (this.#token === "") this.#token = await this.#server.tokenFor("https://management.azure.com");
    const query = path.includes("?") ? `&${VERSION}` : `?${VERSION}`;
    const answer = await fetch(`${this.#server.file.loopbackUrl}${this.workspaceId}/${path}${query}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return { status: answer.status, body: typeof parsed === "object" && parsed !== null ? { ...parsed } : {} };
  }

  /** As `send`, and throws unless the answer is a success. */
  async do(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Reads the resource until `accept` holds for its properties. */
  async until(
    path: string,
    accept: (properties: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    const deadline = Date.now() + SETTLE_MS_MAX;
    for (;;) {
      const properties = member(await this.do("GET", path), "properties");
      if (accept(properties)) return properties;
      if (Date.now() > deadline) throw new Error(`'${path}' did not get there: ${JSON.stringify(properties)}`);
      await delay(POLL_MS);
    }
  }

  /** Makes a code asset of these files. */
  async putCode(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const upload = await this.do("POST", `codes/${name}/versions/1/startPendingUpload`, {});
    const reference = member(upload, "blobReferenceForConsumption");
    const [container = "", sas = ""] = String(member(reference, "credential")["sasUri"]).split("?");
    const local = container.replace(/^https:\/\/[^/]+/, this.#server.file.loopbackUrl);
    for (const [path, content] of Object.entries(files)) {
      const headers = { "x-ms-blob-type": "BlockBlob", "x-ms-version": "2023-11-03" };
      const answer = await fetch(`${local}/src/${path}?${sas}`, { method: "PUT", headers, body: content });
      if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
    }
    const codeUri = `${String(reference["blobUri"])}/src`;
    const code = await this.do("PUT", `codes/${name}/versions/1`, { properties: { codeUri } });
    return String(code["id"]);
  }
}

export function member(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = value[name];
  return typeof found === "object" && found !== null ? { ...found } : {};
}
