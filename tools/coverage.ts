// `npm run coverage`: writes docs/coverage anew, from what is declared in the code and the lists of what Azure and MLflow have.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { renderArmCoverage } from "./coverage/arm-coverage.ts";
import { renderCliCoverage } from "./coverage/cli-coverage.ts";
import { renderMlflowCoverage } from "./coverage/mlflow-coverage.ts";

const ROOT = join(import.meta.dirname, "..");
const TARGET = join(ROOT, "docs", "coverage");

const pairs = z.array(z.tuple([z.string(), z.string()]));
const armFacts = z.object({ operations: z.array(z.tuple([z.string(), z.string(), z.string(), z.string()])) });
const cliFacts = z.object({ nouns: z.record(z.string(), z.array(z.string())) });
const mlflowFacts = z.object({ groups: z.record(z.string(), z.object({ later: z.string(), routes: pairs })) });

function readFacts<Facts extends z.ZodType>(name: string, schema: Facts): z.infer<Facts> {
  return schema.parse(JSON.parse(readFileSync(join(ROOT, "tools", "facts", name), "utf8")));
}

const pages = {
  "arm.md": renderArmCoverage(readFacts("arm-operations.json", armFacts).operations),
  "cli.md": await renderCliCoverage(readFacts("az-ml-commands.json", cliFacts).nouns),
  "mlflow.md": renderMlflowCoverage(readFacts("mlflow-routes.json", mlflowFacts).groups),
};
mkdirSync(TARGET, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  writeFileSync(join(TARGET, name), text);
  console.log(`Wrote docs/coverage/${name}.`);
}
