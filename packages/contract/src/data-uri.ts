import { MACHINE_LEARNING } from "./resource-id.ts";

/** A version of an asset, or a label that stands for one. */
export interface AssetReference {
  /** Collection, as `environments`, `data`, `models`. `undefined` for `azureml:name:1`, where the place decides. */
  readonly collection: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  readonly label: string | undefined;
}

/** Where an asset lives: `here` is the workspace that the reference is read in. */
export type AssetHome =
  | { readonly kind: "here" }
  | { readonly kind: "workspace"; readonly subscription: string; readonly resourceGroup: string; readonly name: string }
  | { readonly kind: "workspaceGuid"; readonly guid: string }
  | { readonly kind: "registry"; readonly name: string };

/** A data reference taken apart, as section 5 of Azure ML's URI grammar has it. Paths carry no leading slash. */
export type DataUri =
  | { readonly kind: "asset"; readonly home: AssetHome; readonly asset: AssetReference }
  | { readonly kind: "datastore"; readonly home: AssetHome; readonly datastore: string; readonly path: string }
  | { readonly kind: "jobOutput"; readonly job: string; readonly output: string; readonly path: string }
  | { readonly kind: "run"; readonly run: string; readonly path: string }
  | { readonly kind: "http"; readonly url: string }
  | {
      readonly kind: "azureStorage";
      readonly scheme: string;
      readonly host: string;
      readonly container: string;
      readonly path: string;
    }
  | { readonly kind: "file"; readonly path: string };

const ARM_ASSET = new RegExp(
  `^/subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/${MACHINE_LEARNING.replaceAll(".", "\\.")}/` +
    "(workspaces|registries)/([^/]+)/([^/]+)/([^/]+)(?:/(versions|labels)/([^/]+))?/?$",
  "i",
);
const LONG_DATASTORE =
  /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)(?:\/providers\/microsoft\.machinelearningservices)?\/workspaces\/([^/]+)\/datastores\/([^/]+)(?:\/paths\/(.*)|\/?)$/is;
const DATASTORE = /^azureml:\/\/datastores\/([^/]+)(?:\/paths\/(.*)|\/(ExperimentRun\/.*)|\/?)$/s;
const JOB_OUTPUT = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*)|\/?)$/s;
const REGISTRY_ASSET = /^azureml:\/\/registries\/([^/]+)\/([^/]+)\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/;
const LOCATION_ASSET =
  /^azureml:\/\/locations\/[^/]+\/workspaces\/([^/]+)\/([^/]+)\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/;
const SHORT_ASSET = /^azureml:\/\/(models|data|environments|components|codes)\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/;
const RUN = /^runs:\/{1,3}([^/]+)(?:\/(.*))?$/s;
const NAMED_VERSION = /^azureml:([^:/@]+):([^:/@]+)$/;
const NAMED_LABEL = /^azureml:([^:/@]+)@([^:/@]+)$/;
const AZURE_STORAGE = /^(wasbs?|abfss?):\/\/([^@/]+)@([^/]+)(?:\/(.*))?$/s;

/** Takes a reference apart; `undefined` when it follows none of the known forms (a local path, a typing mistake). */
export function parseDataUri(reference: string): DataUri | undefined {
  const text = reference.replace(/^(?:file|folder):(?=azureml:|https?:|wasbs?:|abfss?:|runs:)/, "");
  return parseArm(text) ?? parseAzureml(text) ?? parseNamed(text) ?? parseOther(text);
}

/** The canonical form of a parsed reference; parsing it again gives the same value. */
export function renderDataUri(uri: DataUri): string {
  switch (uri.kind) {
    case "asset":
      return renderAsset(uri.home, uri.asset);
    case "datastore":
      return `${renderDatastoreHome(uri.home)}/datastores/${uri.datastore}/paths/${uri.path}`;
    case "jobOutput":
      return `azureml://jobs/${uri.job}/outputs/${uri.output}/paths/${uri.path}`;
    case "run":
      return `runs:/${uri.run}/${uri.path}`;
    case "http":
      return uri.url;
    case "azureStorage":
      return `${uri.scheme}://${uri.container}@${uri.host}/${uri.path}`;
    case "file":
      return `file://${uri.path}`;
  }
}

function parseArm(text: string): DataUri | undefined {
  const match = ARM_ASSET.exec(text.replace(/^azureml:(?=\/subscriptions\/)/, ""));
  if (match === null) return undefined;
  const [, subscription = "", resourceGroup = "", root = "", rootName = "", collection, name = "", by, value] = match;
  const home: AssetHome =
    root.toLowerCase() === "registries"
      ? { kind: "registry", name: rootName }
      : { kind: "workspace", subscription, resourceGroup, name: rootName };
  return { kind: "asset", home, asset: { collection, name, ...versionOrLabel(by, value) } };
}

function parseAzureml(text: string): DataUri | undefined {
  const long = LONG_DATASTORE.exec(text);
  if (long !== null) {
    const home: AssetHome = {
      kind: "workspace",
      subscription: long[1] ?? "",
      resourceGroup: long[2] ?? "",
      name: long[3] ?? "",
    };
    return { kind: "datastore", home, datastore: long[4] ?? "", path: trimSlashes(long[5]) };
  }
  const short = DATASTORE.exec(text);
  if (short !== null) {
    return {
      kind: "datastore",
      home: { kind: "here" },
      datastore: short[1] ?? "",
      path: trimSlashes(short[2] ?? short[3]),
    };
  }
  const output = JOB_OUTPUT.exec(text);
  if (output !== null) {
    return { kind: "jobOutput", job: output[1] ?? "", output: output[2] ?? "", path: trimSlashes(output[3]) };
  }
  return parseAzuremlAsset(text);
}

function parseAzuremlAsset(text: string): DataUri | undefined {
  const registry = REGISTRY_ASSET.exec(text);
  if (registry !== null) return assetOf({ kind: "registry", name: registry[1] ?? "" }, registry.slice(2));
  const location = LOCATION_ASSET.exec(text);
  if (location !== null) return assetOf({ kind: "workspaceGuid", guid: location[1] ?? "" }, location.slice(2));
  const short = SHORT_ASSET.exec(text);
  return short === null ? undefined : assetOf({ kind: "here" }, short.slice(1));
}

function parseNamed(text: string): DataUri | undefined {
  const home: AssetHome = { kind: "here" };
  const version = NAMED_VERSION.exec(text);
  if (version !== null) {
    return {
      kind: "asset",
      home,
      asset: { collection: undefined, name: version[1] ?? "", version: version[2], label: undefined },
    };
  }
  const label = NAMED_LABEL.exec(text);
  if (label === null) return undefined;
  return {
    kind: "asset",
    home,
    asset: { collection: undefined, name: label[1] ?? "", version: undefined, label: label[2] },
  };
}

function parseOther(text: string): DataUri | undefined {
  const run = RUN.exec(text);
  if (run !== null) return { kind: "run", run: run[1] ?? "", path: trimSlashes(run[2]) };
  if (/^https?:\/\/[^/]/i.test(text)) return { kind: "http", url: text };
  const storage = AZURE_STORAGE.exec(text);
  if (storage !== null) {
    const [, scheme = "", container = "", host = "", path] = storage;
    return { kind: "azureStorage", scheme, container, host, path: trimSlashes(path) };
  }
  const file = /^file:(?:\/\/)?(\/.*)$/s.exec(text);
  return file === null ? undefined : { kind: "file", path: file[1] ?? "" };
}

function assetOf(home: AssetHome, parts: readonly (string | undefined)[]): DataUri {
  const [collection, name = "", by, value] = parts;
  return { kind: "asset", home, asset: { collection, name, ...versionOrLabel(by, value) } };
}

function versionOrLabel(by: string | undefined, value: string | undefined): Pick<AssetReference, "version" | "label"> {
  return by?.toLowerCase() === "labels" ? { version: undefined, label: value } : { version: value, label: undefined };
}

/** Leading slashes go: a path is relative to its store. A trailing one stays, for it says "folder". */
function trimSlashes(path: string | undefined): string {
  return (path ?? "").replace(/^\/+/, "");
}

function renderDatastoreHome(home: AssetHome): string {
  if (home.kind !== "workspace") return "azureml:/";
  return `azureml://subscriptions/${home.subscription}/resourcegroups/${home.resourceGroup}/workspaces/${home.name}`;
}

function renderAsset(home: AssetHome, asset: AssetReference): string {
  if (asset.collection === undefined) {
    return `azureml:${asset.name}${asset.label === undefined ? `:${asset.version ?? ""}` : `@${asset.label}`}`;
  }
  const member = `${asset.collection}/${asset.name}${renderMember(asset)}`;
  switch (home.kind) {
    case "here":
      return `azureml://${member}`;
    case "registry":
      return `azureml://registries/${home.name}/${member}`;
    case "workspaceGuid":
      return `azureml://locations/local/workspaces/${home.guid}/${member}`;
    case "workspace":
      return `/subscriptions/${home.subscription}/resourceGroups/${home.resourceGroup}/providers/${MACHINE_LEARNING}/workspaces/${home.name}/${member}`;
  }
}

function renderMember(asset: AssetReference): string {
  if (asset.label !== undefined) return `/labels/${asset.label}`;
  return asset.version === undefined ? "" : `/versions/${asset.version}`;
}
