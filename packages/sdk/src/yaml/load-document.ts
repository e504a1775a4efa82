import { PlatformError } from "@lazuli/contract/errors.ts";

import type { Assignment } from "./assignments.ts";
import { below, type Place } from "./codec.ts";
import { checkPipeline } from "./check-pipeline.ts";
import { isRecord } from "./composite-codec.ts";
import { isComponentPath } from "./entities/component-reference.ts";
import { componentEntity } from "./entities/component.ts";
import type { Entity } from "./entities/entity.ts";
import { jobEntity } from "./entities/job.ts";
import { placeIn, readSource, type Overlays } from "./load-entity.ts";
import { YamlDocument } from "./yaml-document.ts";
import { yamlError, type YamlIssue } from "./yaml-issue.ts";
import { YamlSource } from "./yaml-source.ts";

/** The files beside a YAML file. */
export interface NearbyFiles {
  /** Where another file lies that the one at `from` names. */
  resolve(from: string, path: string): string;
  /** What people call the file at a path. */
  shown(path: string): string;
  /** Throws `NotFound` when it cannot be read. */
  readText(path: string): Promise<string>;
}

export interface DocumentOptions {
  /** Where the file lies. */
  readonly path: string;
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
  const document = await loader.load(entity, { path: options.path, text }, { assignments: options.assignments ?? [] });
  const issues = loader.sources.flatMap((source) => source.issues);
  if (issues.length > 0) throw yamlError(issues);
  for (const source of loader.sources) for (const warning of source.warnings) options.onWarning?.(warning);
  return document;
}

interface FileText {
  readonly path: string;
  readonly text: string;
}

interface Surroundings {
  readonly path: string;
  readonly source: YamlSource;
  /** Files that lead here, outermost first. */
  readonly chain: readonly string[];
  /** Where in the file the value stands. */
  readonly prefix: readonly string[];
}

/** Reads each file once, however many steps name it. */
class DocumentLoader {
  readonly sources: YamlSource[] = [];
  readonly #files: NearbyFiles;
  readonly #components = new Map<string, Promise<YamlDocument>>();

  constructor(files: NearbyFiles) {
    this.#files = files;
  }

  async load(entity: Entity, { path, text }: FileText, overlays: Overlays = {}): Promise<YamlDocument> {
    const source = this.#open({ path, text });
    const read = readSource(entity, source, overlays);
    const at = { path, source, chain: [path], prefix: [] };
    const place = placeIn(source, overlays);
    if (entity.noun === "schedule") {
      const job = await this.#readCreateJob(read["create_job"], at);
      return new YamlDocument(path, source, job === undefined ? read : { ...read, create_job: job });
    }
    const value = await this.#readComponents(read, at);
    if (isRecord(value["jobs"]) && source.issues.length === 0) checkPipeline(value, place);
    return new YamlDocument(path, source, value);
  }

  /** The job of a schedule: of a file, of one that ran before, or written in place; with what changes it. */
  async #readCreateJob(given: unknown, at: Surroundings): Promise<YamlDocument | Value | undefined> {
    if (given === undefined) return undefined;
    const { job: reference, ...changes } = isRecord(given) ? given : { job: given };
    const place = below(placeIn(at.source), "create_job");
    if (typeof reference !== "string") return this.#readInlineJob(changes, place, at);
    if (!isComponentPath(reference)) {
      const type = changes["type"] ?? "pipeline";
      return { ...readChanges({ ...changes, type }, place), source_job_id: reference };
    }
    const path = isRecord(given) ? ["create_job", "job"] : ["create_job"];
    const file = this.#files.resolve(at.path, reference.replace(/^file:/, ""));
    const text = await this.#readText(file, () =>
      at.source.report(path, `There is no job file '${reference}' beside '${at.source.file}'.`),
    );
    if (text === undefined) return undefined;
    const overlay = { source: at.source, path: ["create_job"] };
    return this.load(jobEntity, { path: file, text }, { assignments: leavesOf(changes), overlay });
  }

  async #readInlineJob(job: Value, place: Place, at: Surroundings): Promise<Value | undefined> {
    const read = jobEntity.codec.read(job, place);
    if (!isRecord(read)) return undefined;
    const value = await this.#readComponents(read, { ...at, prefix: ["create_job"] });
    if (isRecord(value["jobs"]) && at.source.issues.length === 0) checkPipeline(value, place);
    return value;
  }

  async #readComponents(value: Value, at: Surroundings): Promise<Value> {
    const whole = await this.#component(value["component"], [...at.prefix, "component"], at);
    const { jobs } = value;
    const result: Value = whole === undefined ? value : { ...value, component: whole };
    if (!isRecord(jobs)) return result;
    const nodes: Value = {};
    for (const [name, node] of Object.entries(jobs)) {
      nodes[name] = isRecord(node) ? await this.#readNode(node, [...at.prefix, "jobs", name], at) : node;
    }
    return { ...result, jobs: nodes };
  }

  async #readNode(node: Value, path: readonly string[], at: Surroundings): Promise<Value> {
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
    { path: from, source, chain }: Surroundings,
  ): Promise<YamlDocument | undefined> {
    if (typeof reference !== "string" || !isComponentPath(reference)) return undefined;
    const file = this.#files.resolve(from, reference.replace(/^file:/, ""));
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
    const loading = this.#loadComponent({ path: file, text }, chain);
    this.#components.set(file, loading);
    return loading;
  }

  async #loadComponent({ path, text }: FileText, chain: readonly string[]): Promise<YamlDocument> {
    const source = this.#open({ path, text });
    const read = readSource(componentEntity, source);
    const value = await this.#readComponents(read, { path, source, chain: [...chain, path], prefix: [] });
    if (isRecord(value["jobs"]) && source.issues.length === 0) checkPipeline(value, placeIn(source));
    return new YamlDocument(path, source, value);
  }

  #open({ path, text }: FileText): YamlSource {
    const source = new YamlSource(this.#files.shown(path), text);
    this.sources.push(source);
    return source;
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

/** Keys that change a job which lies on the platform: they are checked, but need not make a whole job. */
function readChanges(changes: Value, place: Place): Value {
  const lenient: Place = {
    ...place,
    report: (path, message, at) => {
      // What stands at the root is about keys that are not there, and those are the other job's.
      if (path.length > place.path.length) place.report(path, message, at);
    },
  };
  const read = jobEntity.codec.read(changes, lenient);
  return isRecord(read) ? read : {};
}

/** A group of keys as assignments of its single values, so that they are laid over another group one by one. */
function leavesOf(value: Value, path: readonly string[] = []): Assignment[] {
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key];
    return isRecord(item) && Object.keys(item).length > 0 ? leavesOf(item, at) : [{ path: at, value: item }];
  });
}
