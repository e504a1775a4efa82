import { JOB_INPUT_MODES, JOB_OUTPUT_MODES } from "@lazuli/contract/jobs/data-binding.ts";

const INPUT_WORDS = {
  ro_mount: "ReadOnlyMount",
  rw_mount: "ReadWriteMount",
  download: "Download",
  direct: "Direct",
  eval_mount: "EvalMount",
  eval_download: "EvalDownload",
} as const;
const OUTPUT_WORDS = {
  rw_mount: "ReadWriteMount",
  mount: "ReadWriteMount",
  upload: "Upload",
  direct: "Direct",
} as const;

/** A mode of an input in YAML's or in the API's spelling; `undefined` when it is none. */
export function parseInputMode(text: string): (typeof JOB_INPUT_MODES)[number] | undefined {
  return JOB_INPUT_MODES.find((mode) => mode === text) ?? wordOf(INPUT_WORDS, text);
}

/** As {@link parseInputMode}, for outputs. */
export function parseOutputMode(text: string): (typeof JOB_OUTPUT_MODES)[number] | undefined {
  return JOB_OUTPUT_MODES.find((mode) => mode === text) ?? wordOf(OUTPUT_WORDS, text);
}

function wordOf<Mode extends string>(words: Readonly<Record<string, Mode>>, text: string): Mode | undefined {
  return Object.hasOwn(words, text) ? words[text] : undefined;
}
