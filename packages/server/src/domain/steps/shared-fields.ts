import type { ComponentSpec } from "@lazuli/contract/jobs/component-spec.ts";
import type { StepNode } from "@lazuli/contract/jobs/pipeline-node.ts";

/** `azureml:/subscriptions/…` is an ARM id behind a prefix. */
export function plainReference(reference: string): string {
  return reference.replace(/^azureml:(?=\/)(?!\/\/)/, "");
}

/** `instance_count` becomes `instanceCount`, for the fields of one object. */
export function camelFields(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (item == null ? [] : [[camel(name), item]])),
  );
}

export function presentFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/** The fields of what should be an object; none of anything else. */
export function readFields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Texts that stand for numbers become numbers. */
export function toNumber(value: unknown): unknown {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}

/** Seconds, as YAML has them, become an ISO 8601 duration, as the API has them. */
export function toDuration(value: unknown): string | undefined {
  const number = toNumber(value);
  if (typeof number === "number") return `PT${number}S`;
  return typeof number === "string" && number !== "" ? number : undefined;
}

const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  pytorch: "PyTorch",
  tensorflow: "TensorFlow",
  mpi: "Mpi",
  ray: "Ray",
};
const IDENTITIES: Readonly<Record<string, string>> = {
  amltoken: "AMLToken",
  managed: "Managed",
  managedidentity: "Managed",
  useridentity: "UserIdentity",
};

export function distributionOf(step: StepNode, spec: ComponentSpec): Record<string, unknown> | undefined {
  const given = step.distribution ?? spec.distribution;
  if (given == null) return undefined;
  const { type, distributionType, ...rest } = camelFields(given);
  const word = String(distributionType ?? type ?? "");
  const numbers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, toNumber(value)]));
  return { ...numbers, distributionType: DISTRIBUTIONS[word.toLowerCase()] ?? word };
}

export function resourcesOf(step: StepNode, spec: ComponentSpec): Record<string, unknown> | undefined {
  const given = { ...spec.resources, ...step.resources };
  const fields = camelFields(given);
  if (Object.keys(fields).length === 0) return undefined;
  return { ...fields, ...("instanceCount" in fields && { instanceCount: toNumber(fields["instanceCount"]) }) };
}

export function identityOf(step: StepNode): Record<string, unknown> | undefined {
  if (step.identity == null) return undefined;
  const { type, identityType, ...rest } = camelFields(step.identity);
  const word = String(identityType ?? type ?? "");
  return { ...rest, identityType: IDENTITIES[word.toLowerCase().replaceAll("_", "")] ?? word };
}

export function variablesOf(step: StepNode, spec: ComponentSpec): Record<string, string> | undefined {
  const entries = Object.entries({ ...spec.environment_variables, ...step.environment_variables });
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value ?? "")]));
}

export function servicesOf(step: StepNode): Record<string, unknown> | undefined {
  if (step.services == null) return undefined;
  const entries = Object.entries(step.services).map(([name, service]) => [
    name,
    typeof service === "object" && service !== null ? camelFields({ ...service }) : service,
  ]);
  return Object.fromEntries(entries);
}
