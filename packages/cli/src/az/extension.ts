import type { Command } from "commander";

const ML = { extensionType: "whl", name: "ml", preview: false, version: "2.39.0" };

/** The `ml` extension is always there, so that scripts which add it go on. */
export function register(program: Command): void {
  const extension = program.command("extension").description("Extensions; 'ml' is always there.");
  for (const name of ["add", "update", "remove", "show", "list"]) {
    extension
      .command(name)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        if (name === "show") process.stdout.write(`${JSON.stringify(ML, undefined, 2)}\n`);
        if (name === "list") process.stdout.write(`${JSON.stringify([ML], undefined, 2)}\n`);
      });
  }
}
