import type { ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

/** Environment of jobs that only copy: a shell is all that they need. */
const ENVIRONMENT = "azureml://registries/azureml/environments/shell/labels/latest";

/**
 * A data transfer that copies becomes a command job that does so: its inputs, one after the other, into its output.
 *
 * @param inputs Names of its data inputs, in order.
 */
export function copyStepFields(
  ports: { readonly inputs: readonly string[]; readonly output: string; readonly isFile: boolean },
  mode: "merge_with_overwrite" | "fail_if_conflict",
): Record<string, unknown> {
  const sources = ports.inputs.map((name) => `"\${{inputs.${name}}}"`).join(" ");
  const target = `"\${{outputs.${ports.output}}}"`;
  return {
    command: ports.isFile ? copyFile(sources, target) : copyFolders(sources, target, mode),
    environmentId: ENVIRONMENT,
  };
}

/** How a step says what is to happen to files of the same name. */
export function copyModeOf(spec: ComponentSpec, step: StepNode): string {
  return String(step["data_copy_mode"] ?? spec["data_copy_mode"] ?? "merge_with_overwrite");
}

function copyFile(sources: string, target: string): string {
  return `set -eu; for source in ${sources}; do cp -L "$source" ${target}; echo "copied $source"; done`;
}

/** Files keep their places below each input; a single file goes into the folder under its own name. */
function copyFolders(sources: string, target: string, mode: "merge_with_overwrite" | "fail_if_conflict"): string {
  const refuse =
    'if [ -e "$target/$name" ]; then echo "\'$name\' is there already, and conflicts are to fail." >&2; exit 1; fi; ';
  return [
    "set -eu",
    `target=${target}`,
    'mkdir -p "$target"',
    `for source in ${sources}; do`,
    'if [ -f "$source" ]; then folder=$(dirname "$source"); names=$(basename "$source"); ' +
      'else folder="$source"; names=$(cd "$source" && find -L . -type f); fi',
    `printf '%s\\n' "$names" | while IFS= read -r name; do [ -n "$name" ] || continue; ${
      mode === "fail_if_conflict" ? refuse : ""
    }mkdir -p "$target/$(dirname "$name")"; cp -L "$folder/$name" "$target/$name"; echo "copied $name"; done`,
    "done",
  ]
    .join("\n")
    .replace("done\ndone", "done; done");
}
