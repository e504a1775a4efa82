import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Assignment } from "./assignments.ts";
import { checkPipeline } from "./check-pipeline.ts";
import { isRecord } from "./composite-codec.ts";
import { isComponentPath } from "./entities/component-reference.ts";
import { componentEntity } from "./entities/component.ts";
import type { Entity } from "./entities/entity.ts";
import { placeIn, readSource } from "./load-entity.ts";
import { YamlDocument } from "./yaml-document.ts";
import { yamlError, type YamlIssue } from "./yaml-issue.ts";
import { YamlSource } from "./yaml-source.ts";

/** The files beside a YAML file. */
export interface NearbyFiles {
  /** The path of another file as the one at `from` names it. */
  resolve(from: string, path: string): string;
  /** Throws `NotFound` when it cannot be read. */
  readText(path: string): Promise<string>;
}

export interface DocumentOptions {
  readonly file: string;
  readonly files: NearbyFiles;
  readonly assignments?: readonly Assignment[];
  /** Told what is odd but does no harm. */
  readonly onWarning?: (issue: YamlIssue) => void;
}

type Value = Record<string, unknown>;

/** Pipelines in pipelines go this deep at most. */
const DEPTH_MAX = 20;
const FILES_MAX = 2_000;

/**
 * Reads a YAML file together with the component files that its steps name, and checks all of them, also that their
 * inputs and outputs fit each other.
 *
 * Throws one `BadRequest` with every problem of every file.
 */
export async function loadDocument(entity: Entity, text: string, options: DocumentOptions): Promise<YamlDocument> {
  const loader = new DocumentLoader(options.files);
  const document = await loader.load(entity, new YamlSource(options.file, text), options.assignments);
  const issues = loader.sources.flatMap((source) => source.issues);
  if (issues.length > 0) throw yamlError(issues);
  for (const source of loader.sources) for (const warning of source.warnings) options.onWarning?.(warning);
  return document;
}

/** Reads each file once, however many steps name it. */
class DocumentLoader {
  readonly sources: YamlSource[] = [];
  readonly #files: NearbyFiles;
  readonly #components = new Map<string, Promise<YamlDocument>>();

  constructor(files: NearbyFiles) {
    this.#files = files;
  }

  async load(entity: Entity, source: YamlSource, assignments: readonly Assignment[] = []): Promise<YamlDocument> {
    this.sources.push(source);
    const read = readSource(entity, source, assignments);
    const value = await this.#readComponents(read, { source, chain: [source.file] });
    const place = placeIn(source, assignments);
    if (isRecord(value["jobs"]) && source.issues.length === 0) checkPipeline(value, place);
    return new YamlDocument(source, value);
  }

  async #readComponents(value: Value, at: { source: YamlSource; chain: readonly string[] }): Promise<Value> {
    const whole = await this.#component(value["component"], ["component"], at);
    const { jobs } = value;
    const result: Value = whole === undefined ? value : { ...value, component: whole };
    if (!isRecord(jobs)) return result;
    const nodes: Value = {};
    for (const [name, node] of Object.entries(jobs)) {
      nodes[name] = isRecord(node) ? await this.#readNode(node, ["jobs", name], at) : node;
    }
    return { ...result, jobs: nodes };
  }

  async #readNode(
    node: Value,
    path: readonly string[],
    at: { source: YamlSource; chain: readonly string[] },
  ): Promise<Value> {
    const result: Value = { ...node };
    for (const key of ["component", "trial"]) {
      const inner = node[key];
      if (isRecord(inner)) result[key] = await this.#readComponents(inner, at);
      else result[key] = (await this.#component(inner, [...path, key], at)) ?? inner;
      if (result[key] === undefined) delete result[key];
    }
    return result;
  }

  /** The document behind a reference to a file; `undefined` for every other value. */
  async #component(
    reference: unknown,
    path: readonly string[],
    { source, chain }: { source: YamlSource; chain: readonly string[] },
  ): Promise<YamlDocument | undefined> {
    if (typeof reference !== "string" || !isComponentPath(reference)) return undefined;
    const file = this.#files.resolve(source.file, reference.replace(/^file:/, ""));
    if (chain.includes(file)) {
      source.report(path, `The component '${reference}' runs itself; a pipeline cannot be a step of its own.`);
      return undefined;
    }
    if (chain.length > DEPTH_MAX || this.#components.size > FILES_MAX) {
      source.report(path, `Components lie more than ${DEPTH_MAX} deep, or are more than ${FILES_MAX}.`);
      return undefined;
    }
    const known = this.#components.get(file);
    if (known !== undefined) return known;
    const text = await this.#readText(file, () =>
      source.report(path, `There is no component file '${reference}' beside '${source.file}'.`),
    );
    if (text === undefined) return undefined;
    const loading = this.#loadComponent(new YamlSource(file, text), chain);
    this.#components.set(file, loading);
    return loading;
  }

  async #loadComponent(source: YamlSource, chain: readonly string[]): Promise<YamlDocument> {
    this.sources.push(source);
    const read = readSource(componentEntity, source);
    const value = await this.#readComponents(read, { source, chain: [...chain, source.file] });
    if (isRecord(value["jobs"]) && source.issues.length === 0) checkPipeline(value, placeIn(source));
    return new YamlDocument(source, value);
  }

  async #readText(file: string, onAbsent: () => void): Promise<string | undefined> {
    try {
      return await this.#files.readText(file);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      onAbsent();
      return undefined;
    }
  }
}
