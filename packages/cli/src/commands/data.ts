import type { Command } from "commander";

import { addNoun } from "../command-spec.ts";
import { assetCommands } from "./asset-commands.ts";

export function register(program: Command): void {
  const commands = assetCommands({
    noun: "data",
    what: "data asset",
    example: "wine",
    createOptions: [
      ["-p, --path <path>", "Local file or folder, or a URI."],
      ["-t, --type <type>", "uri_file, uri_folder or mltable."],
      ["-d, --description <text>", "What it is."],
      ["--datastore <name>", "Datastore to upload to. Default: workspaceblobstore."],
      ["--tags <pairs...>", "Tags: key=value; repeatable."],
      ["--skip-validation", "Accepted for scripts."],
    ],
    flags: (options) => ({
      path: options.text("path"),
      type: options.text("type"),
      description: options.text("description"),
      datastore: options.text("datastore"),
      tags: options.pairs("tags"),
    }),
    createExamples: [
      ["data create -n wine --type uri_file --path wine.csv", "Upload a file as version 1, 2, … of 'wine'"],
      ["data create -f data.yml --set version=7", "From a YAML file, with another version"],
    ],
  });
  addNoun(program, { name: "data", summary: "Data assets: named versions of files, folders and tables.", commands });
}
