import type { Command } from "commander";

import { addNoun, WORKSPACE_OPTIONS, type CommandSpec } from "../command-spec.ts";
import { assetCommands, versionId } from "./asset-commands.ts";
import { downloadUri } from "./download-uri.ts";

const DOWNLOAD: CommandSpec = {
  name: "download",
  summary: "Download the files of a model version.",
  options: [
    ["-n, --name <name>", "Name."],
    ["-v, --version <version>", "Version. Default: the newest."],
    ["-p, --download-path <folder>", "Folder to put them in. Default: here."],
    ["--registry-name <name>", "Registry to use in place of a workspace."],
    ...WORKSPACE_OPTIONS,
  ],
  examples: [["model download -n wine -v 1 -p ./models", "To ./models/wine"]],
  async run(session, options) {
    const model = await session.client.get(await versionId(session, "model"));
    const folder = `${options.text("downloadPath") ?? "."}/${options.requireText("name")}`;
    return downloadUri(session, { uri: String(model.properties?.["modelUri"] ?? ""), folder });
  },
};

export function register(program: Command): void {
  const commands = assetCommands({
    noun: "model",
    what: "model",
    example: "wine",
    createOptions: [
      [
        "-p, --path <path>",
        "Local file or folder, or a URI such as azureml://jobs/<job>/outputs/<output>/paths/<path>.",
      ],
      ["-t, --type <type>", "custom_model, mlflow_model or triton_model."],
      ["-d, --description <text>", "What it is for."],
      ["-s, --stage <stage>", "Stage, as Production."],
      ["--datastore <name>", "Datastore to upload to. Default: workspaceblobstore."],
      ["--tags <pairs...>", "Tags: key=value; repeatable."],
    ],
    flags: (options) => ({
      path: options.text("path"),
      type: options.text("type"),
      description: options.text("description"),
      stage: options.text("stage"),
      datastore: options.text("datastore"),
      tags: options.pairs("tags"),
    }),
    createExamples: [
      [
        "model create -n wine -t mlflow_model -p azureml://jobs/plucky_heron_4k2mx09qpa/outputs/artifacts/paths/model/",
        "From a job's output",
      ],
      ["model create -n wine -p ./model.pkl", "From a local file"],
    ],
  });
  addNoun(program, {
    name: "model",
    summary: "Models: registered versions of what jobs have trained.",
    commands: [...commands, DOWNLOAD],
  });
}
