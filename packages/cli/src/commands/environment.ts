import type { Command } from "commander";

import { addNoun } from "../command-spec.ts";
import { assetCommands } from "./asset-commands.ts";

export function register(program: Command): void {
  const commands = assetCommands({
    noun: "environment",
    what: "environment",
    example: "sklearn",
    createOptions: [
      ["-i, --image <image>", "Base image, as python:3.11."],
      ["-c, --conda-file <path>", "Conda environment file to put on the image."],
      ["-b, --build-context <folder>", "Folder with a Dockerfile."],
      ["-d, --dockerfile-path <path>", "Dockerfile in that folder. Default: Dockerfile."],
      ["--os-type <type>", "linux or windows."],
      ["--description <text>", "What it is for."],
      ["--datastore <name>", "Datastore for the build context."],
      ["--tags <pairs...>", "Tags: key=value; repeatable."],
    ],
    flags: (options) => {
      const [path, dockerfile] = [options.text("buildContext"), options.text("dockerfilePath")];
      return {
        image: options.text("image"),
        conda_file: options.text("condaFile"),
        build:
          path === undefined
            ? undefined
            : { path, ...(dockerfile === undefined ? {} : { dockerfile_path: dockerfile }) },
        os_type: options.text("osType"),
        description: options.text("description"),
        tags: options.pairs("tags"),
      };
    },
    createExamples: [
      ["environment create -n sklearn --image python:3.11 --conda-file conda.yaml", "From a conda file"],
      ["environment create -f environment.yml", "From a YAML file"],
      ["environment show -n sklearn-1.5 --label latest --registry-name azureml", "A curated environment"],
    ],
  });
  addNoun(program, {
    name: "environment",
    summary: "Environments: the Python packages that jobs and endpoints run with.",
    commands,
  });
}
