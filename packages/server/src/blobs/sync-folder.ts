import { open } from "node:fs/promises";

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

interface FolderQueue {
  running: Promise<void>;
  /** Begins when `running` ends; whoever asks meanwhile shares it. */
  next: Promise<void> | undefined;
}

/** Syncs folders for many writers at once: those that ask while a sync runs share the one after it. */
export class FolderSync {
  readonly #queues = new Map<string, FolderQueue>();

  /** Resolves once a sync that began after this call has ended. */
  sync(path: string): Promise<void> {
    const queue = this.#queues.get(path);
    if (queue === undefined) return this.#start(path);
    queue.next ??= queue.running.catch(() => undefined).then(() => this.#start(path));
    return queue.next;
  }

  #start(path: string): Promise<void> {
    const running = syncFolder(path);
    const queue: FolderQueue = { running, next: undefined };
    this.#queues.set(path, queue);
    void running
      .catch(() => undefined)
      .then(() => {
        if (this.#queues.get(path) === queue && queue.next === undefined) this.#queues.delete(path);
      });
    return running;
  }
}
