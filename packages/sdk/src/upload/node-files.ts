import { PlatformError } from "@lazuli/contract/errors.ts";
import { STORAGE_SUFFIX } from "@lazuli/contract/shared/storage-address.ts";
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { z } from "zod";

import { workspaceId, type Client, type WorkspaceScope } from "../client.ts";
import type { LocalFiles, UploadedData } from "../submit/local-files.ts";
import type { Fetch } from "../transport.ts";
import { EMPTY_CONTENT, mergeIncludes } from "./additional-includes.ts";
import { hashCode, hashObject, readLocalContent, type LocalContent } from "./local-content.ts";
import { BlobUploader, parseContainerUrl, type UploadProgress } from "./put-files.ts";

export interface NodeFilesOptions {
  readonly client: Client;
  readonly scope: WorkspaceScope;
  readonly fetch: Fetch;
  /** Relative paths start here: the folder of the YAML file. */
  readonly folder: string;
  /** Finds and measures data but leaves it where it is. */
  readonly isWithoutData?: boolean;
  /** Called for each upload with what is uploaded; returns what is told of its progress. */
  readonly onUpload?: (name: string) => UploadProgress | undefined;
}

const HASH_VERSION = "202208";
const DEFAULT_DATASTORE = "workspaceblobstore";
const SAS_HOURS = 1;
const NO_HASH = "0".repeat(64);
const UPLOADED = "completed";

const pendingUploadSchema = z.looseObject({
  blobReferenceForConsumption: z.looseObject({
    blobUri: z.string(),
    credential: z.looseObject({ sasUri: z.string() }),
  }),
});
const sasSchema = z.looseObject({ sasToken: z.string() });
const datastoreSchema = z.looseObject({
  accountName: z.string(),
  containerName: z.string(),
  endpoint: z.string().nullish(),
});

/** Uploads from the local disk by the Python SDK's rules: same hashes, same paths, same reuse. */
export class NodeFiles implements LocalFiles {
  readonly #options: NodeFilesOptions;
  readonly #workspace: string;

  readonly #codes: Map<string, Promise<string>>;

  /** @param codes Uploads of code under way, shared by all folders of one submission. */
  constructor(options: NodeFilesOptions, codes = new Map<string, Promise<string>>()) {
    this.#options = options;
    this.#codes = codes;
    this.#workspace = workspaceId(options.scope);
  }

  async readText(path: string): Promise<string> {
    try {
      return await readFile(this.#absolute(path), "utf8");
    } catch (error) {
      throw new PlatformError("NotFound", `The file '${path}' cannot be read.`, { cause: error });
    }
  }

  resolve(from: string, path: string): string {
    const plain = path.replace(/^file:(\/\/)?/, "");
    return isAbsolute(plain) ? plain : resolve(dirname(this.#absolute(from)), plain);
  }

  shown(path: string): string {
    const near = relative(process.cwd(), path);
    return near.startsWith("../..") || isAbsolute(near) ? path : near;
  }

  beside(file: string): LocalFiles {
    return new NodeFiles({ ...this.#options, folder: dirname(this.#absolute(file)) }, this.#codes);
  }

  withoutData(): LocalFiles {
    return new NodeFiles({ ...this.#options, isWithoutData: true }, this.#codes);
  }

  /** Steps that share a folder wait for one upload of it. */
  uploadCode(path: string | undefined, includes: readonly string[] = []): Promise<string> {
    const places = [path ?? "", ...includes].map((place) => (place === "" ? "" : this.#absolute(place)));
    const key = JSON.stringify(places);
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    const uploading = this.#uploadCode(path, includes);
    this.#codes.set(key, uploading);
    return uploading;
  }

  async #uploadCode(path: string | undefined, includes: readonly string[]): Promise<string> {
    const base = path === undefined ? EMPTY_CONTENT : await readLocalContent(this.#absolute(path));
    const content = await mergeIncludes(
      base,
      includes.map((include) => this.#absolute(include)),
    );
    const hash = await hashCode(content);
    const known = await this.#findCode(hash);
    if (known !== undefined) return known;
    // The name follows from the content, so two clients that upload the same code meet at one asset.
    const name = uuidFrom(hash);
    const id = `${this.#workspace}/codes/${name}/versions/1`;
    const answer = await this.#options.client.post(id, "startPendingUpload", {
      body: { pendingUploadType: "TemporaryBlobReference" },
    });
    const { blobReferenceForConsumption: target } = pendingUploadSchema.parse(answer);
    const uploader = new BlobUploader(this.#options.fetch, parseContainerUrl(target.credential.sasUri));
    const prefix = content.kind === "folder" ? `${content.name}/` : "";
    await uploader.putFiles(content.files, prefix, this.#options.onUpload?.(content.name));
    await markUploaded(uploader, content, { prefix, name, version: "1" });
    const codeUri = `${target.blobUri.replace(/\/$/, "")}/${content.kind === "folder" ? content.name : ""}`;
    const properties = { hash_sha256: hash, hash_version: HASH_VERSION };
    const created = await this.#options.client.put(id, { properties: { codeUri, isAnonymous: true, properties } });
    return created.id;
  }

  async uploadData(path: string, datastore: string = DEFAULT_DATASTORE): Promise<UploadedData> {
    const content = await readLocalContent(this.#absolute(path));
    if (content.files.length === 0)
      throw new PlatformError("BadRequest", `The folder '${path}' has no files to upload.`);
    const isWithoutData = this.#options.isWithoutData === true;
    const hash = isWithoutData ? NO_HASH : await hashObject(content);
    const { uploader, containerUrl } = await this.#openDatastore(datastore);
    const folder = `LocalUpload/${hash}/`;
    const prefix = content.kind === "folder" ? `${folder}${content.name}/` : folder;
    if (!isWithoutData && !(await isUploaded(uploader, content, prefix))) {
      await uploader.putFiles(content.files, prefix, this.#options.onUpload?.(content.name));
      await markUploaded(uploader, content, { prefix, name: randomUUID(), version: "1" });
    }
    const remotePath = `${folder}${content.name}${content.kind === "folder" ? "/" : ""}`;
    const { subscription, resourceGroup, workspace } = this.#options.scope;
    const home = `azureml://subscriptions/${subscription}/resourcegroups/${resourceGroup}/workspaces/${workspace}`;
    return {
      uri: `${home}/datastores/${datastore}/paths/${remotePath}`,
      url: `${containerUrl}/${remotePath}`,
      kind: content.kind,
      hash,
    };
  }

  #absolute(path: string): string {
    const plain = path.replace(/^file:(\/\/)?/, "");
    return isAbsolute(plain) ? plain : resolve(this.#options.folder, plain);
  }

  async #findCode(hash: string): Promise<string | undefined> {
    const collection = `${this.#workspace}/codes/${uuidFrom(hash)}/versions`;
    for await (const found of this.#options.client.list(collection, { query: { hash, hashVersion: HASH_VERSION } })) {
      return found.id;
    }
    return undefined;
  }

  async #openDatastore(name: string): Promise<{ uploader: BlobUploader; containerUrl: string }> {
    const id = `${this.#workspace}/datastores/${name}`;
    const [datastore, secrets] = await Promise.all([
      this.#options.client.get(id),
      this.#options.client.post(id, "listSecrets", { body: { expirableSecret: true, expireAfterHours: SAS_HOURS } }),
    ]);
    const { accountName, containerName, endpoint } = datastoreSchema.parse(datastore.properties);
    const containerUrl = `https://${accountName}.blob.${endpoint ?? STORAGE_SUFFIX}/${containerName}`;
    const sas = sasSchema.parse(secrets).sasToken.replace(/^\?/, "");
    return { uploader: new BlobUploader(this.#options.fetch, { url: containerUrl, sas }), containerUrl };
  }
}

/** The first file stands for the whole: it is marked last, when everything has arrived. */
function indicatorOf(content: LocalContent, prefix: string): string {
  return `${prefix}${content.files.map((file) => file.path).toSorted()[0] ?? ""}`;
}

async function isUploaded(uploader: BlobUploader, content: LocalContent, prefix: string): Promise<boolean> {
  const metadata = await uploader.findMetadata(indicatorOf(content, prefix));
  return metadata?.get("upload_status") === UPLOADED;
}

async function markUploaded(
  uploader: BlobUploader,
  content: LocalContent,
  mark: { prefix: string; name: string; version: string },
): Promise<void> {
  if (content.files.length === 0) return;
  const { prefix, name, version } = mark;
  await uploader.setMetadata(indicatorOf(content, prefix), { name, version, upload_status: UPLOADED });
}

function uuidFrom(hash: string): string {
  const digest = createHash("sha256").update(hash).digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join("-");
}
