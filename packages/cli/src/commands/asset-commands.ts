import { PlatformError } from "@lazuli/contract/errors.ts";
import { ASSET_COLLECTIONS, createAsset, missingName, type AssetNoun } from "@lazuli/sdk/submit/create-entity.ts";
import { locateProblems } from "@lazuli/sdk/submit/locate-problems.ts";
import { findLabelled } from "@lazuli/sdk/submit/references.ts";

import { NO_WAIT, SET, UPDATE_OPTIONS, WORKSPACE_OPTIONS, type CommandSpec, type OptionSpec } from "../command-spec.ts";
import type { Options } from "../options.ts";
import type { Session } from "../session/session.ts";
import { changing, listEntities, readDocument, render, setArchived } from "./entity-actions.ts";
import { updateEntity } from "./update-entity.ts";

export interface AssetWords {
  readonly noun: AssetNoun;
  /** `data asset`, in sentences. */
  readonly what: string;
  /** `curves`: a name for the examples. */
  readonly example: string;
  readonly createOptions: readonly OptionSpec[];
  /** YAML keys from the flags of `create`. */
  flags(options: Options): Record<string, unknown>;
  readonly createExamples: readonly (readonly [string, string])[];
}

const REGISTRY: OptionSpec = ["--registry-name <name>", "Registry to use in place of a workspace."];
const NAME: OptionSpec = ["-n, --name <name>", "Name."];
const VERSION: OptionSpec = ["-v, --version <version>", "Version."];
const LABEL: OptionSpec = ["-l, --label <label>", "Label in place of a version; 'latest' is the newest."];
const ONE: readonly OptionSpec[] = [NAME, VERSION, LABEL, REGISTRY, ...WORKSPACE_OPTIONS];
const COLUMNS = ["name", "version", "latest_version", "type", "description", "creation_context.created_at"];

/** What all versioned assets have in common: create, show, list, update, archive, restore. */
export function assetCommands(words: AssetWords): CommandSpec[] {
  const { noun, what, example } = words;
  const update: CommandSpec = {
    name: "update",
    summary: `Change the description, tags or stage of a ${what}; its content never changes.`,
    options: [...ONE, ...UPDATE_OPTIONS],
    examples: [[`${noun} update -n ${example} -v 1 --set tags.stage=prod description="Checked"`, "Change keys"]],
    run: async (session) => updateEntity(session, { noun, id: await versionId(session, noun) }),
  };
  const show: CommandSpec = {
    name: "show",
    summary: `Show a version of a ${what}.`,
    options: ONE,
    examples: [
      [`${noun} show --name ${example} --version 1`, "Show version 1"],
      [`${noun} show --name ${example} --label latest --query id -o tsv`, "The id of the newest version, for a script"],
    ],
    run: async (session) => render(noun, await session.client.get(await versionId(session, noun))),
  };
  return [
    createCommand(words),
    show,
    listCommand(words),
    update,
    archiveCommand(words, "archive"),
    archiveCommand(words, "restore"),
  ];
}

function createCommand(words: AssetWords): CommandSpec {
  const { what } = words;
  return {
    name: "create",
    summary: `Create a version of a ${what}; the next version when none is named.`,
    options: [
      ["-f, --file <path>", `YAML file of the ${what}.`],
      NAME,
      VERSION,
      ...words.createOptions,
      SET,
      NO_WAIT,
      REGISTRY,
      ...WORKSPACE_OPTIONS,
    ],
    examples: words.createExamples,
    run: (session, options) => create(session, options, words),
  };
}

function listCommand({ noun, what, example }: AssetWords): CommandSpec {
  return {
    name: "list",
    summary: `List the ${what}s of a workspace, or the versions of one.`,
    options: [
      NAME,
      ["-r, --max-results <count>", "List no more than this."],
      ["--include-archived", "Also those that are archived."],
      ["--archived-only", "Only those that are archived."],
      REGISTRY,
      ...WORKSPACE_OPTIONS,
    ],
    columns: COLUMNS,
    examples: [
      [`${noun} list -o table`, "All of the workspace"],
      [`${noun} list --name ${example} -o table`, `All versions of '${example}'`],
    ],
    run: async (session, options) => {
      const name = options.text("name");
      const container = `${await session.assetRoot()}/${ASSET_COLLECTIONS[noun]}`;
      const collection = name === undefined ? container : `${container}/${name}/versions`;
      return listEntities(session, noun, { collection });
    },
  };
}

function archiveCommand({ noun, what, example }: AssetWords, name: "archive" | "restore"): CommandSpec {
  const verb = name === "archive" ? "Hide" : "Bring back";
  return {
    name,
    summary: `${verb} a ${what} or one version of it.`,
    options: ONE,
    examples: [[`${noun} ${name} --name ${example} --version 1`, `${verb} version 1`]],
    run: async (session) => setArchived(session, await versionOrContainerId(session, noun), name === "archive"),
  };
}

async function create(session: Session, options: Options, words: AssetWords): Promise<unknown> {
  const { noun } = words;
  const flags = { name: options.text("name"), version: options.text("version"), ...words.flags(options) };
  const document = await readDocument(session, { noun, flags });
  const { value } = document;
  if (typeof value["name"] !== "string") throw missingName(words.what);
  if (options.text("registryName") !== undefined) {
    throw new PlatformError(
      "Unsupported",
      `Creating a ${words.what} in a registry comes with a later release; use a workspace.`,
    );
  }
  const context = session.submitContext(options.text("file"));
  const created = await changing(session, `Creating ${words.what} '${value["name"]}'`, (change) =>
    locateProblems(document, () => createAsset(context, { noun, value }, change)),
  );
  return options.isSet("noWait") ? undefined : render(noun, created);
}

async function containerId(session: Session, noun: AssetNoun): Promise<string> {
  return `${await session.assetRoot()}/${ASSET_COLLECTIONS[noun]}/${session.options.requireText("name")}`;
}

/** The version that flags name; the newest when they name none. */
export async function versionId(session: Session, noun: AssetNoun): Promise<string> {
  const { options } = session;
  const container = await containerId(session, noun);
  const version = options.text("version");
  const label = options.text("label");
  if (version !== undefined && label !== undefined) {
    throw new PlatformError("BadRequest", "Name a '--version' or a '--label', not both.");
  }
  if (version !== undefined) return `${container}/versions/${version}`;
  const labelled = await findLabelled(session.client, container, label ?? "latest");
  if (labelled !== undefined) return `${container}/versions/${labelled}`;
  const name = options.requireText("name");
  const labelWords = label === undefined ? "" : ` with label '${label}'`;
  throw new PlatformError("NotFound", `There is no ${noun} '${name}'${labelWords}; 'lazuli ${noun} list' shows all.`);
}

async function versionOrContainerId(session: Session, noun: AssetNoun): Promise<string> {
  const hasVersion = session.options.text("version") !== undefined || session.options.text("label") !== undefined;
  return hasVersion ? versionId(session, noun) : containerId(session, noun);
}
