import { parse } from "yaml";
import { z } from "zod";

import type { Issue } from "../issue.ts";

export interface CondaEnvironment {
  /** `3.10`, or the pin as written: `3.8.5`. */
  readonly pythonVersion: string | undefined;
  /** In pip's grammar; conda packages under their PyPI names. */
  readonly requirements: readonly string[];
  /** Conda packages that pip has no counterpart for (compilers, drivers, system libraries). */
  readonly dropped: readonly string[];
  /** Variables that the file sets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
}

const condaFileSchema = z.looseObject({
  dependencies: z
    .array(z.union([z.string(), z.looseObject({ pip: z.array(z.string()).nullish() }), z.null()]))
    .nullish(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
});

const DOCUMENT_BYTES_MAX = 1024 * 1024;
const SPEC = /^(?:[^:]+::)?([A-Za-z0-9_.-]+)(?:\[.*\])?\s*(.*)$/;

/** Conda's names of what PyPI calls otherwise. */
const PYPI_NAMES: Readonly<Record<string, string>> = {
  pytorch: "torch",
  "pytorch-cpu": "torch",
  "pytorch-lightning": "pytorch-lightning",
  "py-xgboost": "xgboost",
  "py-xgboost-cpu": "xgboost",
  "matplotlib-base": "matplotlib",
  opencv: "opencv-python-headless",
  "msgpack-python": "msgpack",
  "ruamel.yaml": "ruamel.yaml",
  "dask-core": "dask",
  tensorflow_hub: "tensorflow-hub",
  "tensorflow-cpu": "tensorflow",
  "tensorflow-gpu": "tensorflow",
  pytables: "tables",
  "python-dateutil": "python-dateutil",
  "python-snappy": "python-snappy",
  "brotli-python": "brotli",
  importlib_metadata: "importlib-metadata",
};

/** Conda packages that are no Python packages, or that the interpreter itself brings. */
const NO_PYTHON_PACKAGE =
  /^(pip|wheel|cudatoolkit|cudnn|nccl|pytorch-cuda|cuda.*|libgcc.*|libstdcxx.*|libgomp|libopenblas|gcc.*|gxx.*|openmpi|mpich|mkl|blas|openssl|ca-certificates|git|make|cmake|libffi|libpng|libiconv|sqlite|readline|zlib|tk|xz|ncurses|nomkl|llvm-openmp|_libgcc_mutex|_openmp_mutex|r-.*|ffmpeg|graphviz|java-.*|openjdk|nodejs)$/i;

/** Translates a conda file to what `uv` installs. */
export function parseCondaFile(text: string): CondaEnvironment {
  const parsed = parseDocument(text);
  if ("issue" in parsed)
    return { pythonVersion: undefined, requirements: [], dropped: [], variables: {}, issues: [parsed.issue] };
  const requirements: string[] = [];
  const dropped: string[] = [];
  const issues: Issue[] = [];
  let pythonVersion: string | undefined;
  for (const dependency of parsed.document.dependencies ?? []) {
    if (dependency === null) continue;
    if (typeof dependency !== "string") {
      requirements.push(...(dependency.pip ?? []).map((line) => line.trim()).filter((line) => line !== ""));
      continue;
    }
    const match = SPEC.exec(dependency.trim());
    const name = (match?.[1] ?? "").toLowerCase();
    if (match === null || name === "") issues.push(condaIssue(`'${dependency}' is not a conda package.`));
    else if (name === "python") pythonVersion = pythonVersionOf(match[2] ?? "");
    else if (NO_PYTHON_PACKAGE.test(name)) dropped.push(dependency);
    else requirements.push(`${PYPI_NAMES[name] ?? name}${pipVersion(match[2] ?? "")}`);
  }
  const variables = Object.fromEntries(
    Object.entries(parsed.document.variables ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return { pythonVersion, requirements, dropped, variables, issues };
}

function parseDocument(text: string): { document: z.infer<typeof condaFileSchema> } | { issue: Issue } {
  if (text.length > DOCUMENT_BYTES_MAX) return { issue: condaIssue("The conda file is larger than 1 MiB.") };
  let document: unknown;
  try {
    document = parse(text) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { issue: condaIssue(`The conda file is not valid YAML: ${reason.replace(/:$/, "")}.`) };
  }
  const result = condaFileSchema.safeParse(document);
  if (result.success) return { document: result.data };
  const problem = result.error.issues[0];
  return {
    issue: condaIssue(`The conda file is wrong at '${problem?.path.join(".") ?? ""}': ${problem?.message ?? ""}.`),
  };
}

/** `=1.22.0` of conda means "1.22.0 and whatever follows it"; with a build string the rest is exact. */
export function pipVersion(spec: string): string {
  const version = spec
    .trim()
    .replaceAll(/\s+(?![<>=!~,|])\S+$/g, "")
    .replaceAll(/\s+/g, "");
  if (version === "" || version === "*") return "";
  if (/^[<>!~]|^==|^===/.test(version)) return version.replace(/^(==[^=]+)=.*$/, "$1");
  const [, number = "", build] = /^=?([^=]+)(?:=(.*))?$/.exec(version) ?? [];
  if (number === "") return "";
  if (build !== undefined) return `==${number}`;
  return number.endsWith("*") ? `==${number}` : `==${number}.*`;
}

function pythonVersionOf(spec: string): string | undefined {
  return /(\d+\.\d+(?:\.\d+)?)/.exec(spec)?.[1];
}

function condaIssue(message: string): Issue {
  return { code: "InvalidCondaFile", message, target: "properties.condaFile" };
}
