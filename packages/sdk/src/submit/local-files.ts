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
  /**
   * Uploads code once per content, registers it and returns the id of the code version.
   *
   * @param path The folder or file; `undefined` when the code is only what is included.
   * @param includes Further files and folders that join it, each under its own name. Throws `BadRequest` when two
   * would be the same file.
   */
  uploadCode(path: string | undefined, includes?: readonly string[]): Promise<string>;
  /** Uploads data once per content into a datastore of the workspace. */
  uploadData(path: string, datastore: string | undefined): Promise<UploadedData>;
  readText(path: string): Promise<string>;
  /** Where a file lies that the one at `from` names. */
  resolve(from: string, path: string): string;
  /** What people call the file at a path: from where they are. */
  shown(path: string): string;
  /** The same files, but with relative paths starting at the folder of `file`. */
  beside(file: string): LocalFiles;
  /** The same files, but data is only looked at: its address is that of an upload, and nothing lies there. */
  withoutData(): LocalFiles;
}
