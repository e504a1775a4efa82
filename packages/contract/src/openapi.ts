import { z } from "zod";

import { catalog } from "./catalog.ts";
import { MACHINE_LEARNING } from "./resource-id.ts";
import type { ResourceType } from "./resource-type.ts";

type Json = Record<string, unknown>;

const API_VERSION = { name: "api-version", in: "query", required: true, schema: { type: "string" } };
const ERROR = {
  description: "What is wrong and what to do.",
  content: jsonContent({ $ref: "#/components/schemas/Error" }),
};
const ERROR_SCHEMA = {
  type: "object",
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        target: { type: "string" },
        details: { type: "array", items: { type: "object" } },
      },
    },
  },
};

/** The resource API as an OpenAPI 3.1 document, made from the catalog. */
export function renderOpenApi(version: string): Json {
  const paths: Record<string, Json> = {};
  const schemas: Record<string, unknown> = { Error: ERROR_SCHEMA };
  for (const type of catalog) {
    const name = schemaName(type);
    schemas[name] = resourceSchema(type);
    const path = resourcePath(type);
    paths[path] = itemPath(type, name);
    paths[path.slice(0, path.lastIndexOf("/"))] = listPath(type, name);
    for (const action of type.actions) {
      paths[`${path}/${action.name}`] = {
        parameters: parametersOf(path),
        post: {
          operationId: `${name}_${action.name}`,
          summary: action.description,
          responses: { [action.longRunning ? "202" : "200"]: { description: "Done." }, default: ERROR },
        },
      };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Lazuli resource API", version, license: { name: "MIT" } },
    paths,
    components: { schemas, securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    security: [{ bearer: [] }],
  };
}

function itemPath(type: ResourceType, name: string): Json {
  const resource = jsonContent({ $ref: `#/components/schemas/${name}` });
  const body = {
    required: true,
    content: { "application/json": { ...resource["application/json"], example: type.example } },
  };
  const shown = { description: "The resource.", content: resource };
  return {
    parameters: parametersOf(resourcePath(type)),
    get: { operationId: `${name}_get`, responses: { "200": shown, default: ERROR } },
    put: { operationId: `${name}_put`, requestBody: body, responses: { "200": shown, "201": shown, default: ERROR } },
    patch: {
      operationId: `${name}_patch`,
      requestBody: { content: resource },
      responses: { "200": shown, default: ERROR },
    },
    delete: {
      operationId: `${name}_delete`,
      responses: {
        "200": { description: "Gone." },
        "202": { description: "Going." },
        "204": { description: "It was not there." },
        default: ERROR,
      },
    },
  };
}

function listPath(type: ResourceType, name: string): Json {
  const path = resourcePath(type);
  const page = {
    type: "object",
    properties: {
      value: { type: "array", items: { $ref: `#/components/schemas/${name}` } },
      nextLink: { type: "string" },
    },
  };
  return {
    parameters: parametersOf(path.slice(0, path.lastIndexOf("/"))),
    get: {
      operationId: `${name}_list`,
      responses: { "200": { description: "A page.", content: jsonContent(page) }, default: ERROR },
    },
  };
}

/** `/subscriptions/{subscription}/…/workspaces/{workspace}/models/{model}/versions/{version}`. */
function resourcePath(type: ResourceType): string {
  const collections = type.type.split("/").map((collection) => `${collection}/{${singular(collection)}}`);
  return `/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/${MACHINE_LEARNING}/${collections.join("/")}`;
}

function parametersOf(path: string): Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const inPath = names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  return [...inPath, API_VERSION];
}

function resourceSchema(type: ResourceType): Json {
  const tags = { type: "object", additionalProperties: { type: "string" } };
  const text = { type: "string" };
  return {
    type: "object",
    properties: {
      id: { ...text, readOnly: true },
      name: { ...text, readOnly: true },
      type: { ...text, readOnly: true },
      location: text,
      tags,
      kind: text,
      properties: z.toJSONSchema(type.properties, { io: "input", unrepresentable: "any" }),
    },
  };
}

function schemaName(type: ResourceType): string {
  return type.type
    .split("/")
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

function singular(collection: string): string {
  if (collection === "registries") return "registry";
  return collection === "data" ? "data" : collection.replace(/s$/, "");
}

function jsonContent(schema: Json): { readonly "application/json": { readonly schema: Json } } {
  return { "application/json": { schema } };
}
