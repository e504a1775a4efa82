import type { Command } from "commander";

import { addNoun } from "../command-spec.ts";
import { assetCommands } from "./asset-commands.ts";

export function register(program: Command): void {
  const commands = assetCommands({
    noun: "component",
    what: "component",
    example: "train_model",
    createOptions: [["--skip-validation", "Accepted for scripts."]],
    flags: () => ({}),
    createExamples: [["component create -f train.yml", "From a YAML file"]],
  });
  addNoun(program, { name: "component", summary: "Components: reusable steps with inputs and outputs.", commands });
}
