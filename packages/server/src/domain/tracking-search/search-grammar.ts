/** What a clause can be about. `attribute` is a column of the thing itself. */
export type SearchEntity = "attribute" | "metric" | "param" | "tag" | "dataset" | "metadata";

export const COMPARISON_OPERATORS = [
  "=",
  "!=",
  ">",
  ">=",
  "<",
  "<=",
  "LIKE",
  "ILIKE",
  "IN",
  "NOT IN",
  "IS NULL",
  "IS NOT NULL",
] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** `metrics.loss < 0.2`. `value` is undefined for `IS NULL` and `IS NOT NULL`, a list for `IN` and `NOT IN`. */
export interface Comparison {
  readonly entity: SearchEntity;
  readonly key: string;
  readonly operator: ComparisonOperator;
  readonly value: string | number | readonly string[] | undefined;
}

export interface SortKey {
  readonly entity: SearchEntity;
  readonly key: string;
  readonly isAscending: boolean;
}

/** What may be searched: the attributes with their kinds, and the prefixes of the other entities. */
export interface SearchVocabulary {
  readonly attributes: Readonly<Record<string, "number" | "text">>;
  /** Other spellings of attributes. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly prefixes: Readonly<Record<string, SearchEntity>>;
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

export function parsed<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function problem<Value>(text: string): Parsed<Value> {
  return { ok: false, problem: text };
}

const ATTRIBUTE_PREFIXES = {
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
} as const;
const METRIC_PREFIXES = { metric: "metric", metrics: "metric" } as const;
const PARAM_PREFIXES = { param: "param", params: "param", parameter: "param", parameters: "param" } as const;
const TAG_PREFIXES = { tag: "tag", tags: "tag" } as const;

export const RUN_VOCABULARY: SearchVocabulary = {
  attributes: {
    run_id: "text",
    run_name: "text",
    user_id: "text",
    status: "text",
    artifact_uri: "text",
    lifecycle_stage: "text",
    start_time: "number",
    end_time: "number",
    experiment_id: "text",
  },
  aliases: {
    created: "start_time",
    Created: "start_time",
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
  },
  prefixes: {
    ...ATTRIBUTE_PREFIXES,
    ...METRIC_PREFIXES,
    ...PARAM_PREFIXES,
    ...TAG_PREFIXES,
    dataset: "dataset",
    datasets: "dataset",
  },
};

export const EXPERIMENT_VOCABULARY: SearchVocabulary = {
  attributes: { name: "text", creation_time: "number", last_update_time: "number", experiment_id: "text" },
  aliases: {},
  prefixes: { ...ATTRIBUTE_PREFIXES, ...TAG_PREFIXES },
};

export const REGISTERED_MODEL_VOCABULARY: SearchVocabulary = {
  attributes: { name: "text", creation_timestamp: "number", last_updated_timestamp: "number" },
  aliases: { timestamp: "last_updated_timestamp" },
  prefixes: { ...ATTRIBUTE_PREFIXES, ...TAG_PREFIXES },
};

export const MODEL_VERSION_VOCABULARY: SearchVocabulary = {
  attributes: {
    name: "text",
    run_id: "text",
    source_path: "text",
    version_number: "number",
    creation_timestamp: "number",
    last_updated_timestamp: "number",
  },
  aliases: { version: "version_number" },
  prefixes: { ...ATTRIBUTE_PREFIXES, ...TAG_PREFIXES },
};

export const LOGGED_MODEL_VOCABULARY: SearchVocabulary = {
  attributes: {
    name: "text",
    model_id: "text",
    model_type: "text",
    status: "text",
    source_run_id: "text",
    experiment_id: "text",
    creation_timestamp: "number",
    last_updated_timestamp: "number",
  },
  aliases: { creation_time: "creation_timestamp", last_updated_time: "last_updated_timestamp" },
  prefixes: { ...ATTRIBUTE_PREFIXES, ...METRIC_PREFIXES, ...PARAM_PREFIXES, ...TAG_PREFIXES },
};

export const TRACE_VOCABULARY: SearchVocabulary = {
  attributes: {
    trace_id: "text",
    status: "text",
    name: "text",
    run_id: "text",
    client_request_id: "text",
    timestamp_ms: "number",
    execution_time_ms: "number",
  },
  aliases: {
    request_id: "trace_id",
    state: "status",
    timestamp: "timestamp_ms",
    request_time: "timestamp_ms",
    execution_time: "execution_time_ms",
    execution_duration: "execution_time_ms",
  },
  prefixes: {
    ...ATTRIBUTE_PREFIXES,
    ...TAG_PREFIXES,
    trace: "attribute",
    metadata: "metadata",
    request_metadata: "metadata",
    trace_metadata: "metadata",
  },
};
