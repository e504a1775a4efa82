import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why a test that needs a small disk is skipped where this user may not mount. */
export const MOUNT_REFUSED = "only root may mount the small disk that this needs";

export interface SmallDisk {
  readonly folder: string;
  /** `false`: an ordinary folder, because mounting is not allowed here. */
  readonly isMounted: boolean;
  remove(): Promise<void>;
}

/** A folder on a disk of its own, so that it can be filled. `size` in tmpfs's words: `16m`. */
export async function mountSmallDisk(size: string): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-small-disk-"));
  const isMounted = mount(folder, size);
  return {
    folder,
    isMounted,
    async remove() {
      // Lazily: a log may still be open in this very process.
      if (isMounted) execFileSync("umount", ["-l", folder]);
      await rm(folder, { recursive: true });
    },
  };
}

function mount(folder: string, size: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
