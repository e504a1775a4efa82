/** What stands for the placeholders of a command. */
export interface CommandValues {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** Other namespaces, as `search_space` or `parent.inputs`. */
  readonly others?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Placeholders to leave as they are, as `inputs.data`: only the node knows their paths. */
  readonly later?: ReadonlySet<string>;
}

/** A placeholder of a command. */
export interface Placeholder {
  /** `inputs`, `outputs`, `search_space`, `parent.inputs`. */
  readonly namespace: string;
  readonly name: string;
  /** Stands in a `$[[…]]` group, which is dropped when the value is absent. */
  readonly isOptional: boolean;
}

const PLACEHOLDER = /\$\{\{\s*([A-Za-z_][\w.]*)\.([A-Za-z_][\w-]*)\s*\}\}/g;
const OPTIONAL_GROUP = /\$\[\[([\s\S]*?)\]\]/g;

/**
 * Puts values in for `${{inputs.x}}` and `${{outputs.y}}`, and resolves `$[[…]]` groups: kept without their brackets
 * when every placeholder inside has a value, dropped when one has none, left alone while one is for later.
 * A placeholder outside a group that nobody knows stays as it is; find it first with `listPlaceholders`.
 *
 * Values are put in as they are, without quotes, as Azure does: the command is the user's own shell line.
 */
export function bindCommand(command: string, values: CommandValues): string {
  const withoutGroups = command.replace(OPTIONAL_GROUP, (group: string, inner: string) => {
    const states = [...inner.matchAll(PLACEHOLDER)].map((match) => stateOf(match, values));
    if (states.includes("absent")) return "";
    return states.includes("later") ? group : inner;
  });
  return withoutGroups.replace(PLACEHOLDER, (whole: string, namespace: string, name: string) =>
    isLater(namespace, name, values) ? whole : (findValue(namespace, name, values) ?? whole),
  );
}

/** All placeholders of a command, for checking them before anything runs. */
export function listPlaceholders(command: string): readonly Placeholder[] {
  const optional = [...command.matchAll(OPTIONAL_GROUP)].flatMap((group) => listIn(group[1] ?? "", true));
  return [...listIn(command.replace(OPTIONAL_GROUP, ""), false), ...optional];
}

function listIn(text: string, isOptional: boolean): Placeholder[] {
  return [...text.matchAll(PLACEHOLDER)].map((match) => ({
    namespace: match[1] ?? "",
    name: match[2] ?? "",
    isOptional,
  }));
}

function stateOf(match: RegExpMatchArray, values: CommandValues): "known" | "later" | "absent" {
  const [, namespace = "", name = ""] = match;
  if (isLater(namespace, name, values)) return "later";
  return findValue(namespace, name, values) === undefined ? "absent" : "known";
}

function isLater(namespace: string, name: string, values: CommandValues): boolean {
  return values.later?.has(`${namespace}.${name}`) ?? false;
}

function findValue(namespace: string, name: string, values: CommandValues): string | undefined {
  const table = tableOf(namespace, values);
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}

function tableOf(namespace: string, values: CommandValues): Readonly<Record<string, string>> | undefined {
  if (namespace === "inputs") return values.inputs;
  if (namespace === "outputs") return values.outputs;
  if (values.others === undefined || !Object.hasOwn(values.others, namespace)) return undefined;
  return values.others[namespace];
}
