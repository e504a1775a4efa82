import { createHash } from "node:crypto";

import { isTerminalStatus, type JobEvent, type NotificationSetting } from "@lazuli/contract/jobs/job-base.ts";

import type { Outcome } from "../../engine/define-resource.ts";
import { DeliveryFailure, type Notification } from "../../engine/notifications/notifier.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { workspaceOf } from "./job-run.ts";
import type { Delivery, Job, JobState } from "./job-state.ts";

/** Waits before the second try and those after it; then it is given up and the job says so. */
const RETRY_MS = [1_000, 10_000, 60_000, 600_000];
const ID_LENGTH = 32;

const EVENTS: Readonly<Record<string, JobEvent>> = {
  Completed: "JobCompleted",
  Failed: "JobFailed",
  Canceled: "JobCancelled",
};

interface Tools {
  readonly deps: Pick<JobDependencies, "notifier" | "baseUrl">;
  readonly signal: AbortSignal;
  readonly now: number;
}

/**
 * Tells those who asked for it that the job has ended, once everything else about it is done. Each is told at least
 * once; what could not be delivered becomes a warning of the job.
 */
export async function notifyEnd(job: Job, outcome: Outcome<JobState>, tools: Tools): Promise<Outcome<JobState>> {
  const setting = job.properties.notificationSetting;
  const state = outcome.state ?? job.state;
  if (setting == null || job.deletedAt !== undefined) return outcome;
  if (outcome.kind !== "ready" || !isTerminalStatus(state.status)) return outcome;
  const { now } = tools;
  const planned = state.deliveries ?? planDeliveries(job, state, setting);
  const done = await Promise.all(planned.map((delivery) => deliver(delivery, { job, state }, tools)));
  const deliveries = done.map(({ delivery }) => delivery);
  const warnings = [...state.warnings, ...done.flatMap(({ warning }) => (warning === undefined ? [] : [warning]))];
  const next: JobState = { ...state, deliveries, warnings };
  const waiting = deliveries.flatMap(({ nextAt }) => (nextAt === undefined ? [] : [nextAt]));
  if (waiting.length === 0) return { ...outcome, state: next };
  const afterMs = Math.max(0, Math.min(...waiting) - now);
  return { kind: "checkAgain", afterMs, reason: "tells that the job has ended", state: next };
}

function planDeliveries(job: Job, state: JobState, setting: NotificationSetting): Delivery[] {
  const event = EVENTS[state.status];
  if (event === undefined) return [];
  const submitter = state.submittedBy.name.includes("@") ? [state.submittedBy.name] : [];
  const addresses = setting.emails == null || setting.emails.length === 0 ? submitter : setting.emails;
  const emails = setting.emailOn?.includes(event) === true ? [...new Set(addresses)] : [];
  const webhooks = Object.entries(setting.webhooks ?? {}).filter(
    ([, { eventType }]) => eventType == null || eventType === event,
  );
  const receivers: Delivery["receiver"][] = [
    ...emails.map((address) => ({ kind: "email" as const, address })),
    ...webhooks.map(([name, { url }]) => ({ kind: "webhook" as const, name, url })),
  ];
  return receivers.map((receiver) => {
    const who = receiver.kind === "email" ? receiver.address : receiver.name;
    const key = JSON.stringify([job.key, job.createdAt, event, receiver.kind, who]);
    return { id: createHash("sha256").update(key).digest("hex").slice(0, ID_LENGTH), receiver, tries: 0, nextAt: 0 };
  });
}

async function deliver(
  delivery: Delivery,
  news: { job: Job; state: JobState },
  tools: Tools,
): Promise<{ delivery: Delivery; warning?: string }> {
  const { nextAt, ...rest } = delivery;
  if (nextAt === undefined || nextAt > tools.now) return { delivery };
  const tried = { ...rest, tries: delivery.tries + 1 };
  try {
    const notification = describeEnd(delivery.id, news, tools.deps.baseUrl);
    await tools.deps.notifier.send(delivery.receiver, notification, tools.signal);
    return { delivery: tried };
  } catch (error) {
    if (!(error instanceof DeliveryFailure)) throw error;
    tools.signal.throwIfAborted();
    const waitMs = RETRY_MS[delivery.tries];
    if (!error.isFinal && waitMs !== undefined) return { delivery: { ...tried, nextAt: tools.now + waitMs } };
    const { receiver } = delivery;
    const who = receiver.kind === "email" ? `'${receiver.address}'` : `the webhook '${receiver.name}'`;
    return { delivery: tried, warning: `The end of the job could not be told to ${who}: ${error.message}.` };
  }
}

function describeEnd(id: string, { job, state }: { job: Job; state: JobState }, baseUrl: string): Notification {
  const displayName = job.properties.displayName ?? job.name;
  const event = EVENTS[state.status] ?? state.status;
  const url = `${baseUrl}/jobs/${encodeURIComponent(job.name)}?wsid=${workspaceOf(job)}`;
  const { error } = state;
  const reason = error === undefined ? [] : ["", error.message, ...(error.hint === undefined ? [] : [error.hint])];
  return {
    id,
    event,
    subject: `Job '${displayName}' ${state.status.toLowerCase()}`,
    text: [`Job '${displayName}' (${job.name}) ${state.status.toLowerCase()}.`, ...reason, "", url].join("\n"),
    body: {
      id,
      eventType: event,
      eventTime: new Date(state.endedAt ?? 0).toISOString(),
      job: {
        id: job.id,
        name: job.name,
        displayName,
        experimentName: job.properties.experimentName ?? null,
        status: state.status,
        tags: job.properties.tags ?? {},
        error: error === undefined ? null : { category: error.category, code: error.code, message: error.message },
        studioUrl: url,
      },
    },
  };
}
