import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { PlatformError } from "@lazuli/contract/errors.ts";
import { ENTITIES, type Noun } from "@lazuli/sdk/yaml/entities.ts";
import { loadEntity } from "@lazuli/sdk/yaml/load-entity.ts";

import { runCli } from "../support/run-cli.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** Azure's own examples, when they lie beside the project: `git clone https://github.com/Azure/azureml-examples`. */
const EXAMPLES = process.env["AZUREML_EXAMPLES"] ?? new URL("../../../azureml-examples", import.meta.url).pathname;
const isHere = existsSync(join(EXAMPLES, "cli"));
const skip = isHere ? false : `there are no examples at '${EXAMPLES}'`;

const NOUNS: readonly (readonly [schema: RegExp, noun: Noun])[] = [
  [/^(command|pipeline|sweep|spark|autoML)Job$/, "job"],
  [/^data$/, "data"],
  [/^environment$/, "environment"],
  [/^model$/, "model"],
  [/^(command|pipeline|spark|parallel)Component$/, "component"],
  [/^schedule$/, "schedule"],
  [/OnlineEndpoint$/, "online-endpoint"],
  [/OnlineDeployment$/, "online-deployment"],
  [/^(amlCompute|computeInstance)$/, "compute"],
  [/^(azureBlob|azureFile|azureDataLakeGen\d)$/, "datastore"],
  [/^workspace$/, "workspace"],
];

/** Files with placeholders that their own script fills in, or that Azure's own client refuses. */
const BROKEN = /: *\{(\{|insert )|deploy-models|<[A-Z_]+>|task-bankmarketing-serverless/;

describe("Azure's own examples", { skip }, () => {
  it("are understood, all their YAML files of the types there are", async () => {
    const problems: string[] = [];
    let readCount = 0;
    for (const file of globSync("cli/**/*.{yml,yaml}", { cwd: EXAMPLES })) {
      const text = await readFile(join(EXAMPLES, file), "utf8");
      const schema = /\$schema: *\S*\/(\w+)\.schema\.json/.exec(text)?.[1] ?? "";
      const noun = NOUNS.find(([pattern]) => pattern.test(schema))?.[1];
      if (noun === undefined || BROKEN.test(file + text)) continue;
      readCount += 1;
      try {
        ENTITIES[noun].toBody(loadEntity(ENTITIES[noun], text, { file }));
      } catch (error) {
        problems.push(error instanceof PlatformError ? error.message : String(error));
      }
    }
    assert.deepEqual(problems, []);
    assert.ok(readCount > 100, `only ${readCount} files were read`);
  });

  describe("run", { skip }, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServer();
    });
    after(() => server.stop());

    for (const name of [
      "hello-world.yml",
      "hello-code.yml",
      "hello-world-env-var.yml",
      "hello-world-input.yml",
      "hello-world-output.yml",
    ]) {
      it(
        name,
        { skip: existsSync(join(EXAMPLES, "cli/jobs/basics", name)) ? false : "it is not there", timeout: 300_000 },
        async () => {
          const args = ["job", "create", "-f", name, "--stream", "--query", "status", "-o", "tsv"];
          const { exitCode, stdout, stderr } = await runCli(args, {
            home: server.home,
            folder: join(EXAMPLES, "cli/jobs/basics"),
          });
          assert.equal(exitCode, 0, stderr + stdout);
          assert.match(stdout, /Completed\n$/);
        },
      );
    }
  });
});
