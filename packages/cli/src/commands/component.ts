import type { Command } from "commander";

import { addNoun, WORKSPACE_OPTIONS, type CommandSpec } from "../command-spec.ts";
import { assetCommands } from "./asset-commands.ts";
import { prepareForSign } from "./component-sign.ts";

const PREPARE_FOR_SIGN: CommandSpec = {
  name: "prepare-for-sign",
  summary: "Write catalogs of a component's code into its folder, for a signature.",
  options: [["-f, --file <path>", "YAML file of the component."], ...WORKSPACE_OPTIONS],
  examples: [["component prepare-for-sign -f train.yml", "Writes catalog.json and catalog.json.sig"]],
  run: prepareForSign,
};

export function register(program: Command): void {
  const commands = assetCommands({
    noun: "component",
    what: "component",
    example: "train_model",
    createOptions: [["--skip-validation", "Accepted for scripts."]],
    flags: () => ({}),
    createExamples: [
      ["component create -f train.yml", "From a YAML file, with its code and environment"],
      ["component create -f pipeline.yml --version 2", "A pipeline as a component; its steps' files are read too"],
    ],
  });
  addNoun(program, {
    name: "component",
    summary: "Components: reusable steps with inputs and outputs.",
    commands: [...commands, PREPARE_FOR_SIGN],
  });
}
