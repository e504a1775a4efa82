/** Parents that news is kept for; the others find out when they look for themselves. */
const PARENTS_MAX = 10_000;

/**
 * Names of children that have ended, by their parent's key, for parents with too many children to look at each one
 * whenever any of them ends. Only a hint, and in memory: a parent that hears nothing looks for itself now and then.
 */
export class ChildNews {
  readonly #ended = new Map<string, Set<string>>();

  note(parentKey: string, childName: string): void {
    const names = this.#ended.get(parentKey);
    if (names !== undefined) names.add(childName);
    else if (this.#ended.size < PARENTS_MAX) this.#ended.set(parentKey, new Set([childName]));
  }

  /** Children that have ended, or are about to be seen so; stays until `forget`. */
  list(parentKey: string): readonly string[] {
    return [...(this.#ended.get(parentKey) ?? [])];
  }

  forget(parentKey: string, childName: string): void {
    const names = this.#ended.get(parentKey);
    names?.delete(childName);
    if (names?.size === 0) this.#ended.delete(parentKey);
  }

  forgetAll(parentKey: string): void {
    this.#ended.delete(parentKey);
  }
}
