import { open, type FileHandle } from "node:fs/promises";

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

interface OpenFolder {
  readonly handle: Promise<FileHandle>;
  running: Promise<void> | undefined;
  /** Begins when `running` ends; whoever asks meanwhile shares it. */
  next: Promise<void> | undefined;
}

/**
 * Syncs folders for many writers at once: those that ask while a sync runs share the one after it. Folders stay open,
 * because opening one for each sync costs as much as the sync; so use it for a bounded set of folders.
 */
export class FolderSync {
  readonly #folders = new Map<string, OpenFolder>();

  /** Resolves once a sync that began after this call has ended. */
  sync(path: string): Promise<void> {
    const folder = this.#folder(path);
    if (folder.running === undefined) return start(folder);
    folder.next ??= folder.running
      .catch(() => undefined)
      .then(() => {
        folder.next = undefined;
        return start(folder);
      });
    return folder.next;
  }

  async close(): Promise<void> {
    const folders = [...this.#folders.values()];
    this.#folders.clear();
    await Promise.all(folders.map(async (folder) => (await folder.handle).close()));
  }

  #folder(path: string): OpenFolder {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const folder: OpenFolder = { handle: open(path, "r"), running: undefined, next: undefined };
    this.#folders.set(path, folder);
    // A folder that could not be opened (too many open files) is opened anew by the next writer.
    folder.handle.catch(() => this.#folders.delete(path));
    return folder;
  }
}

function start(folder: OpenFolder): Promise<void> {
  const running = folder.handle
    .then((handle) => handle.sync())
    .finally(() => {
      if (folder.running === running) folder.running = undefined;
    });
  folder.running = running;
  return running;
}
