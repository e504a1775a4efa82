// `npm run new resource <name>` and `npm run new driver <name>`: write the files of the recipes in STYLE.md, to be filled in.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");

interface NewFile {
  readonly path: string;
  readonly text: string;
}

function pascal(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

function camel(name: string): string {
  return pascal(name).replace(/^./, (letter) => letter.toLowerCase());
}

function resourceFiles(name: string): NewFile[] {
  return [contractFile(name), ...behaviourFiles(name)];
}

function contractFile(name: string): NewFile {
  const type = camel(name);
  return {
    path: `packages/contract/src/resources/${name}.ts`,
    text: `import { z } from "zod";

import { defineResourceType } from "../resource-type.ts";

export const ${type}Properties = z.looseObject({
  description: z.string().nullish().describe("What it is for."),
});

export type ${pascal(name)}Properties = z.infer<typeof ${type}Properties>;

export const ${type}Type = defineResourceType({
  type: "workspaces/${type}s",
  noun: "${name}",
  properties: ${type}Properties,
  example: { properties: { description: "An example." } },
});
`,
  };
}

function behaviourFiles(name: string): NewFile[] {
  const type = camel(name);
  const words = name.replaceAll("-", " ");
  return [
    {
      path: `packages/server/src/resources/${name}/${name}.ts`,
      text: `import { ${type}Type, type ${pascal(name)}Properties } from "@lazuli/contract/resources/${name}.ts";
import { z } from "zod";

import { defineResource } from "../../engine/define-resource.ts";

const stateSchema = z.object({});
type State = z.infer<typeof stateSchema>;

/** A ${words}: say here what it promises. */
export function ${type}Resource() {
  return defineResource<${pascal(name)}Properties, State>({
    type: ${type}Type,
    state: stateSchema,
    initialState: {},
    reconcile: async () => ({ kind: "ready" }),
  });
}
`,
    },
    {
      path: `packages/server/src/resources/${name}/${name}.test.ts`,
      text: `import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ${type}Type } from "@lazuli/contract/resources/${name}.ts";

describe("${words}", () => {
  it("accepts its own example", () => {
    assert.ok(${type}Type.properties.safeParse(${type}Type.example.properties).success);
  });
});
`,
    },
  ];
}

function driverFiles(name: string): NewFile[] {
  const folder = `packages/server/src/drivers/${name}`;
  return [
    {
      path: `${folder}/config.ts`,
      text: `import { z } from "zod";

/** Settings of the ${name} driver; units stand in the names. */
export const ${camel(name)}ConfigSchema = z.strictObject({
  pollMs: z.number().int().min(100).default(2_000).describe("How often the state of tasks is asked for."),
});

export type ${pascal(name)}Config = z.infer<typeof ${camel(name)}ConfigSchema>;
`,
    },
    {
      path: `${folder}/${name}-driver.ts`,
      text: `import type { ComputeDriver } from "../driver.ts";
import type { ${pascal(name)}Config } from "./config.ts";

/** Runs tasks on ${pascal(name)}. Starting is idempotent by task id; the handle holds all that a restarted server needs. */
export function open${pascal(name)}Driver(config: ${pascal(name)}Config): ComputeDriver {
  throw new Error(\`Write the ${name} driver first (it would look every \${config.pollMs} ms).\`);
}
`,
    },
    {
      path: `${folder}/${name}-driver.test.ts`,
      text: `import { it } from "node:test";

// One call of the shared suite in driver-suite.ts makes the tests of every driver.
it("passes the driver suite", { todo: true }, () => undefined);
`,
    },
  ];
}

const NEXT = {
  resource: (name: string) =>
    `Next: its line in packages/contract/src/catalog.ts, and in packages/server/src/app/define-resources.ts ('${name}').`,
  driver: (name: string) =>
    `Next: implement it, call describeDriver in its test, and construct it in packages/server/src/app/services.ts ('${name}').`,
};

const [kind, name] = process.argv.slice(2);
if ((kind !== "resource" && kind !== "driver") || name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(
    "Write 'npm run new resource batch-endpoint' or 'npm run new driver slurm', with a name in kebab-case.",
  );
  process.exitCode = 2;
} else {
  for (const { path, text } of kind === "resource" ? resourceFiles(name) : driverFiles(name)) {
    const target = join(ROOT, path);
    if (existsSync(target)) {
      console.error(`'${path}' is there already; it stays as it is.`);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(`Wrote ${path}`);
  }
  console.log(NEXT[kind](name));
}
