/** A part of the house: the files under `folder`, and what else they may import. */
export interface Layer {
  readonly name: string;
  /** Path prefixes from the repository's root; the longest that fits a file decides its layer. */
  readonly paths: readonly string[];
  /** Names of layers it may import besides itself. */
  readonly mayImport: readonly string[];
  /** Folders directly below never import each other. */
  readonly separateFolders?: boolean;
  /** npm packages and `node:` modules it may import; anything when absent. */
  readonly packages?: readonly string[];
}

const SERVER = "packages/server/src";

/** Who may import whom. Everything that is not listed is refused. */
export const LAYERS: readonly Layer[] = [
  { name: "contract", paths: ["packages/contract/src"], mayImport: [], packages: ["zod"] },
  {
    // Studio runs it in the browser.
    name: "sdk core",
    paths: ["packages/sdk/src"],
    mayImport: ["contract"],
    packages: ["yaml", "zod"],
  },
  {
    name: "sdk for node",
    paths: ["packages/sdk/src/upload", "packages/sdk/src/node"],
    mayImport: ["sdk core", "contract"],
  },
  { name: "cli", paths: ["packages/cli/src"], mayImport: ["sdk core", "sdk for node", "contract"] },
  { name: "runner", paths: ["packages/runner/src"], mayImport: ["sdk core", "sdk for node", "contract"] },
  {
    name: "studio",
    paths: ["packages/studio/src"],
    mayImport: ["sdk core", "contract", "studio features", "studio parts"],
  },
  {
    name: "studio features",
    paths: ["packages/studio/src/features"],
    mayImport: ["sdk core", "contract", "studio parts"],
    separateFolders: true,
  },
  {
    name: "studio parts",
    paths: ["packages/studio/src/ui", "packages/studio/src/api", "packages/studio/src/locales"],
    mayImport: ["sdk core", "contract"],
  },
  {
    name: "server app",
    paths: [`${SERVER}/app`, `${SERVER}/main.ts`],
    mayImport: [
      "contract",
      "base",
      "database",
      "domain",
      "engine",
      "blobs",
      "tracking",
      "protocols",
      "resources",
      "drivers",
      "driver interface",
    ],
  },
  {
    name: "protocols",
    paths: [`${SERVER}/protocols`],
    mayImport: ["contract", "base", "domain", "engine", "blobs", "tracking"],
    separateFolders: true,
  },
  {
    name: "resources",
    paths: [`${SERVER}/resources`],
    mayImport: ["contract", "base", "domain", "engine", "blobs", "tracking", "driver interface"],
    separateFolders: true,
  },
  {
    name: "drivers",
    paths: [`${SERVER}/drivers`],
    mayImport: ["contract", "base", "driver interface"],
    separateFolders: true,
  },
  { name: "driver interface", paths: [`${SERVER}/drivers/driver.ts`], mayImport: ["contract", "base"] },
  { name: "engine", paths: [`${SERVER}/engine`], mayImport: ["contract", "base", "database", "domain"] },
  { name: "blobs", paths: [`${SERVER}/blobs`], mayImport: ["contract", "base", "database", "domain"] },
  { name: "tracking", paths: [`${SERVER}/tracking`], mayImport: ["contract", "base", "database", "domain"] },
  { name: "database", paths: [`${SERVER}/database`], mayImport: ["contract", "base"] },
  { name: "domain", paths: [`${SERVER}/domain`], mayImport: ["contract", "base"], packages: ["zod", "yaml", "croner"] },
  { name: "base", paths: [`${SERVER}/base`], mayImport: ["contract"] },
];

/** Folders of TypeScript that lie outside the layers and may import anything: they test, measure or build the rest. */
export const FREE_FOLDERS: readonly string[] = ["test", "tools", "bench"];

/** The files that read the environment; everything else is handed its settings. */
export const ENVIRONMENT_READERS: readonly RegExp[] = [
  /^packages\/server\/src\/(app\/config|main)\.ts$/,
  // The spawner is a program of its own: what it starts inherits its environment.
  /^packages\/server\/src\/drivers\/process\/spawner\.ts$/,
  /^packages\/runner\/src\//,
  /^packages\/cli\/src\//,
  /^(test|tools|bench)\//,
  /\.test\.ts$/,
];

/** A folder name or file name that says nothing about what it holds. */
export const EMPTY_NAMES: readonly string[] = [
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "misc",
  "manager",
  "index",
];

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 60;

export function layerOf(file: string): Layer | undefined {
  let best: { layer: Layer; length: number } | undefined;
  for (const layer of LAYERS) {
    for (const path of layer.paths) {
      const fits = file === path || file.startsWith(`${path}/`);
      if (fits && path.length > (best?.length ?? 0)) best = { layer, length: path.length };
    }
  }
  return best?.layer;
}

/** The folder directly below a layer's own path, as `arm` of `protocols/arm/router.ts`; `undefined` for a file there. */
export function separateFolderOf(layer: Layer, file: string): string | undefined {
  const path = layer.paths.find((candidate) => file.startsWith(`${candidate}/`));
  if (layer.separateFolders !== true || path === undefined) return undefined;
  const rest = file.slice(path.length + 1).split("/");
  return rest.length > 1 ? rest[0] : undefined;
}
