import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { statSync } from "node:fs";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { Client } from "@lazuli/sdk/client.ts";
import { createJob, createSchedule } from "@lazuli/sdk/submit/create-entity.ts";
import type { LocalFiles } from "@lazuli/sdk/submit/local-files.ts";
import { resolveEntity } from "@lazuli/sdk/submit/resolve-entity.ts";
import type { SubmitContext } from "@lazuli/sdk/submit/resolve-parts.ts";
import { ENTITIES } from "@lazuli/sdk/yaml/entities.ts";
import { loadDocument } from "@lazuli/sdk/yaml/load-document.ts";

type Json = Record<string, unknown>;

const SCOPE = { subscription: "s", resourceGroup: "g", workspace: "w" };
const WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const COMPONENT = /component%23(\d+)%23|component#(\d+)#/;

/** The body that our own client sends for a YAML file, with the components that it registers on the way in place of their ids. */
export async function bodyOf(file: string, noun: "job" | "component" | "schedule"): Promise<unknown> {
  const recorder = new Recorder();
  const files = new UploadedFiles(dirname(file));
  const context: SubmitContext = { client: recorder.client, scope: SCOPE, files };
  const document = await loadDocument(ENTITIES[noun], await readFile(file, "utf8"), { path: file, files });
  if (noun === "component") {
    return recorder.expand(ENTITIES.component.toBody(await resolveEntity(context, noun, document.value)));
  }
  if (noun === "schedule") await createSchedule(context, document.value);
  else await createJob(context, document.value);
  return recorder.expand(recorder.last);
}

/** A platform that accepts everything and remembers what it was sent. */
class Recorder {
  readonly client: Client;
  readonly #components: unknown[] = [];
  last: unknown;

  constructor() {
    this.client = new Client({
      baseUrl: "https://recorder",
      getToken: () => Promise.resolve("token"),
      fetch: (url, init) => Promise.resolve(this.#answer(new URL(url).pathname, init)),
    });
  }

  expand(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.expand(item));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.expand(item)]));
    }
    const match = typeof value === "string" ? COMPONENT.exec(value) : null;
    return match === null ? value : { $component: this.expand(this.#components[Number(match[1] ?? match[2])]) };
  }

  #answer(path: string, init: RequestInit): Response {
    // The recorder is only asked by our own client, which sends JSON texts.
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as Json) : undefined;
    if (body === undefined) return Response.json({ id: path, name: "x", properties: { latestVersion: "latest" } });
    this.last = body;
    let id = path;
    if (path.includes("/components/")) {
      id = `${WORKSPACE}/components/component#${this.#components.length}#/versions/1`;
      this.#components.push(body["properties"]);
    } else if (path.includes("/environments/")) id = `${WORKSPACE}/environments/inline/versions/1`;
    return Response.json({ ...body, id, name: "x" });
  }
}

/** Files of the disk whose uploads are only said to have happened. */
class UploadedFiles implements LocalFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  uploadCode(): Promise<string> {
    return Promise.resolve(`${WORKSPACE}/codes/code/versions/1`);
  }

  uploadData(path: string): ReturnType<LocalFiles["uploadData"]> {
    const isFolder = statSync(this.#at(path), { throwIfNoEntry: false })?.isDirectory() ?? path.endsWith("/");
    const uri = `azureml://uploaded${isFolder ? "/" : ""}`;
    return Promise.resolve({ uri, url: uri, kind: isFolder ? "folder" : "file", hash: "x" });
  }

  async readText(path: string): Promise<string> {
    try {
      return await readFile(this.#at(path), "utf8");
    } catch (error) {
      throw new PlatformError("NotFound", `There is no '${path}'.`, { cause: error });
    }
  }

  resolve(from: string, path: string): string {
    return resolve(dirname(from), path);
  }

  shown(path: string): string {
    return path;
  }

  beside(file: string): LocalFiles {
    return new UploadedFiles(dirname(file));
  }

  withoutData(): LocalFiles {
    return this;
  }

  #at(path: string): string {
    const plain = path.replace(/^file:(\/\/)?/, "");
    return isAbsolute(plain) ? plain : resolve(this.#folder, plain);
  }
}
