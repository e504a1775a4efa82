/** An uploaded file or folder. */
export interface UploadedData {
  /** Long `azureml://subscriptions/…/datastores/…/paths/…`; ends in `/` for a folder. */
  readonly uri: string;
  /** The same place as `https://…`, without a signature. */
  readonly url: string;
  readonly kind: "file" | "folder";
  /** What the content hashes to; names anonymous assets. */
  readonly hash: string;
}

/** What turning YAML into resources needs of the local disk. Absent in the browser. */
export interface LocalFiles {
  /** Uploads code once per content, registers it and returns the id of the code version. */
  uploadCode(path: string): Promise<string>;
  /** Uploads data once per content into a datastore of the workspace. */
  uploadData(path: string, datastore: string | undefined): Promise<UploadedData>;
  readText(path: string): Promise<string>;
}
