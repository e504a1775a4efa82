/**
 * Puts things into an order in which each comes after those it depends on, otherwise as they came. Names that do not
 * exist are passed over.
 *
 * @returns `cycle` names things that wait for each other, each for the next; what lies on it is missing in `sorted`.
 */
export function sortNodes<Node extends { readonly name: string }>(
  nodes: readonly Node[],
  dependenciesOf: (node: Node) => readonly string[],
): { sorted: readonly Node[]; cycle: readonly string[] } {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const dependents = new Map<string, Node[]>();
  const openCounts = new Map<string, number>();
  for (const node of nodes) {
    const known = new Set(dependenciesOf(node).filter((name) => byName.has(name)));
    openCounts.set(node.name, known.size);
    for (const name of known) {
      const list = dependents.get(name);
      if (list === undefined) dependents.set(name, [node]);
      else list.push(node);
    }
  }
  const sorted = nodes.filter((node) => openCounts.get(node.name) === 0);
  for (let index = 0; index < sorted.length; index += 1) {
    for (const dependent of dependents.get(sorted[index]?.name ?? "") ?? []) {
      const open = (openCounts.get(dependent.name) ?? 0) - 1;
      openCounts.set(dependent.name, open);
      if (open === 0) sorted.push(dependent);
    }
  }
  if (sorted.length === nodes.length) return { sorted, cycle: [] };
  const done = new Set(sorted.map(({ name }) => name));
  const stuck = nodes.filter(({ name }) => !done.has(name));
  return { sorted, cycle: findCycle(stuck, dependenciesOf) };
}

/** Among nodes of which each waits for another one of them. */
function findCycle<Node extends { readonly name: string }>(
  stuck: readonly Node[],
  dependenciesOf: (node: Node) => readonly string[],
): string[] {
  const byName = new Map(stuck.map((node) => [node.name, node]));
  const path: string[] = [];
  let current = stuck[0];
  while (current !== undefined) {
    const seen = path.indexOf(current.name);
    if (seen >= 0) return path.slice(seen);
    path.push(current.name);
    const next: string | undefined = dependenciesOf(current).find((name) => byName.has(name));
    current = next === undefined ? undefined : byName.get(next);
  }
  return path;
}
