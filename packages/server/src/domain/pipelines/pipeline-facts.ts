/** What is known of the job of one node, or of one round of a loop. */
export interface ChildFact {
  readonly status: "active" | "completed" | "failed" | "canceled";
  /** Outputs that hold one value, by name, once completed. */
  readonly values: Readonly<Record<string, string>>;
}

/** Facts by instance: the name of a node, or of a loop's body with the number of the round. */
export type ChildFacts = (instance: string) => ChildFact | undefined;

/** Name of one round of a loop's body. */
export function roundOf(body: string, index: number): string {
  return `${body}#${index}`;
}

/** The node that an instance belongs to, and the round when it is one of a loop. */
export function parseInstance(instance: string): { readonly node: string; readonly round: number | undefined } {
  const at = instance.lastIndexOf("#");
  if (at < 0) return { node: instance, round: undefined };
  return { node: instance.slice(0, at), round: Number(instance.slice(at + 1)) };
}

/**
 * Joins what was known with what arrives: an end stays, whatever comes later. Messages may come twice, late or in any
 * order, and the result is the same.
 */
export function joinFacts(known: ChildFact | undefined, news: ChildFact): ChildFact {
  return known === undefined || known.status === "active" ? news : known;
}
