/**
 * Arguments of each search-space expression, by their names in YAML and in the order in which ARM lists them: a file's
 * `{type: uniform, min_value: 0, max_value: 1}` crosses the wire as `["uniform", [0, 1]]`.
 */
export const SEARCH_EXPRESSIONS: Readonly<Record<string, readonly string[]>> = {
  choice: ["values"],
  randint: ["upper"],
  uniform: ["min_value", "max_value"],
  loguniform: ["min_value", "max_value"],
  quniform: ["min_value", "max_value", "q"],
  qloguniform: ["min_value", "max_value", "q"],
  normal: ["mu", "sigma"],
  lognormal: ["mu", "sigma"],
  qnormal: ["mu", "sigma", "q"],
  qlognormal: ["mu", "sigma", "q"],
};
