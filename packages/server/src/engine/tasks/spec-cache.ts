import { taskSpecSchema, type TaskSpec } from "@lazuli/contract/node/task-spec.ts";

/** Characters of JSON whose parsed specs are kept. */
const CACHED_CHARACTERS_MAX = 8 * 1024 * 1024;

/** Parsed specs of the tasks looked at last: a reconciler reads its task at every step, and a spec never changes. */
export class SpecCache {
  readonly #entries = new Map<string, { spec: TaskSpec; characters: number }>();
  #characters = 0;

  find(taskId: string): TaskSpec | undefined {
    return this.#entries.get(taskId)?.spec;
  }

  parse(json: string): TaskSpec {
    const spec = taskSpecSchema.parse(JSON.parse(json));
    this.keep(spec, json.length);
    return spec;
  }

  /** @param characters Length of the spec's JSON. */
  keep(spec: TaskSpec, characters: number): void {
    const { taskId } = spec;
    this.remove(taskId);
    this.#entries.set(taskId, { spec, characters });
    this.#characters += characters;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= CACHED_CHARACTERS_MAX) break;
      this.remove(oldest);
    }
  }

  remove(taskId: string): void {
    this.#characters -= this.#entries.get(taskId)?.characters ?? 0;
    this.#entries.delete(taskId);
  }
}
