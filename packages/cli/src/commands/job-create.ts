import type { ArmResource } from "@lazuli/sdk/arm-resource.ts";
import { createJob, validateJob } from "@lazuli/sdk/submit/create-entity.ts";
import { locateProblems } from "@lazuli/sdk/submit/locate-problems.ts";
import { writeFile } from "node:fs/promises";

import type { Options } from "../options.ts";
import { asRecord } from "../session/connection.ts";
import type { Session } from "../session/session.ts";
import { readDocument, render } from "./entity-actions.ts";
import { cloneJob } from "./job-clone.ts";
import { streamJob } from "./job-stream.ts";

/** `job create`: checks, uploads, submits, and follows with `--stream`. */
export async function createAndFollow(session: Session, options: Options): Promise<unknown> {
  const created = options.text("from") === undefined ? await createFromFile(session, options) : await cloneJob(session);
  const shown = render("job", created);
  if (options.isSet("web")) await openStudio(shown);
  const saveAs = options.text("saveAs");
  if (saveAs !== undefined) {
    const { stringify } = await import("yaml");
    await writeFile(saveAs, stringify(shown, { lineWidth: 0 }));
  }
  if (!options.isSet("stream")) return shown;
  await streamJob(session, created.name);
  return render("job", await session.client.get(created.id));
}

async function createFromFile(session: Session, options: Options): Promise<ArmResource> {
  options.requireText("file");
  const document = await readDocument(session, { noun: "job", flags: { name: options.text("name") } });
  const context = session.submitContext(options.text("file"));
  return locateProblems(document, () => createJob(context, document.value));
}

/** `job validate`: all that `job create` does, but no job is made and no data is uploaded. */
export async function validate(session: Session, options: Options): Promise<unknown> {
  options.requireText("file");
  const document = await readDocument(session, { noun: "job" });
  const context = session.submitContext(options.text("file"));
  await locateProblems(document, () => validateJob(context, document.value));
  return { result: "Succeeded" };
}

/** Opens a job's page in the browser, and prints its address, which does where there is none. */
export async function openStudio(shown: Record<string, unknown>): Promise<void> {
  const { endpoint } = asRecord(asRecord(shown["services"])["Studio"]);
  if (typeof endpoint !== "string") return;
  process.stderr.write(`Studio: ${endpoint}\n`);
  const { openInBrowser } = await import("../platform/studio-link.ts");
  await openInBrowser(endpoint);
}
