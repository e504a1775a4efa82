import type { Task } from "../../../engine/tasks/tasks.ts";

/**
 * Looks without a sign of life in between until a runner counts as hung: more than a minute, with heartbeats every five
 * seconds. Looks are counted, not time, because a machine that was asleep wakes with its clock far ahead.
 */
const SILENT_LOOKS_MAX = 6;
/** The same for a task that was asked to stop: nothing of worth is lost with it. */
const STOPPING_LOOKS_MAX = 3;
/** Looks that follow each other faster than heartbeats come tell nothing. */
const LOOK_GAP_MS = 12_000;

interface Silence {
  readonly lastSeenAt: number | undefined;
  looks: number;
  lookedAt: number;
}

/** Notices runners that live but say nothing any more: stopped by a signal, or hung in the kernel. */
export class SilentTasks {
  readonly #silences = new Map<string, Silence>();

  /** Notes a look at the task; true once its runner has been silent for too long. */
  isSilent(task: Task, look: { now: number; isWanted: boolean }): boolean {
    const { now } = look;
    const known = this.#silences.get(task.taskId);
    if (known === undefined || known.lastSeenAt !== task.lastSeenAt) {
      this.#silences.set(task.taskId, { lastSeenAt: task.lastSeenAt, looks: 0, lookedAt: now });
      return false;
    }
    if (now - known.lookedAt < LOOK_GAP_MS) return false;
    known.looks += 1;
    known.lookedAt = now;
    return known.looks >= (look.isWanted ? SILENT_LOOKS_MAX : STOPPING_LOOKS_MAX);
  }

  forget(taskId: string): void {
    this.#silences.delete(taskId);
  }
}
