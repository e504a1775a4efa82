import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { jobPropertiesSchema } from "@lazuli/contract/resources/job.ts";

import type { Outcome } from "../../engine/define-resource.ts";
import { DeliveryFailure, type Notification, type Receiver } from "../../engine/notifications/notifier.ts";
import type { JobDependencies } from "./job-dependencies.ts";
import { initialJobState, type Job, type JobState } from "./job-state.ts";
import { notifyEnd } from "./notify-end.ts";

const ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/jobs/j";
const HOOK = { webhookType: "Generic", url: "https://example.org/hook" };
const ENDED: JobState = {
  ...initialJobState,
  status: "Failed",
  endedAt: 5,
  error: { category: "data", code: "X", message: "No data.", hint: "Bring some.", logTail: [] },
};

describe("the end of a job", () => {
  it("is told to everybody who asked for it, and to nobody else", async () => {
    const setting = {
      emailOn: ["jobFailed"],
      emails: ["a@example.org", "a@example.org"],
      webhooks: {
        all: HOOK,
        failed: { ...HOOK, eventType: "JobFailed" },
        good: { ...HOOK, eventType: "JobCompleted" },
      },
    };
    const { outcome, sent } = await notify(jobOf(setting));
    assert.equal(outcome.kind, "ready");
    assert.deepEqual(
      sent.map(({ receiver }) => (receiver.kind === "email" ? receiver.address : receiver.name)),
      ["a@example.org", "all", "failed"],
    );
    assert.match(sent[0]?.notification.text ?? "", /No data\.\nBring some\./);
    assert.equal(new Set(sent.map(({ notification }) => notification.id)).size, 3);
    assert.deepEqual((await notify({ ...jobOf(setting), state: stateOf(outcome) })).sent, []);
  });

  it("is told again after a failure that may pass, under the same id, and then given up with a warning", async () => {
    let job = jobOf({ webhooks: { all: HOOK } });
    const ids = new Set<string | undefined>();
    let now = 0;
    for (let tries = 1; tries <= 5; tries += 1) {
      const { outcome, sent } = await notify(job, { now, fail: { isFinal: false } });
      ids.add(sent[0]?.notification.id);
      assert.equal(outcome.kind, tries === 5 ? "ready" : "checkAgain");
      if (outcome.kind === "checkAgain") now += outcome.afterMs;
      job = { ...job, state: stateOf(outcome) };
    }
    assert.equal(ids.size, 1);
    assert.deepEqual(job.state.warnings, ["The end of the job could not be told to the webhook 'all': no luck."]);
  });

  it("waits until everything else about the job is done", async () => {
    const before: Outcome<JobState> = { kind: "checkAgain", afterMs: 0, reason: "ended", state: ENDED };
    const { outcome, sent } = await notify(jobOf({ webhooks: { all: HOOK } }), { before });
    assert.deepEqual([outcome, sent], [before, []]);
  });
});

function jobOf(notificationSetting: unknown): Job {
  const properties = jobPropertiesSchema.parse({
    jobType: "Command",
    command: "true",
    environmentId: "e",
    notificationSetting,
  });
  return {
    id: ID,
    key: ID.toLowerCase(),
    type: "workspaces/jobs",
    name: "j",
    parentKey: "",
    ownerKey: undefined,
    envelope: {},
    properties,
    state: ENDED,
    provisioningState: "Succeeded",
    revision: 1,
    generation: 1,
    createdAt: 0,
    createdBy: "",
    updatedAt: 0,
    updatedBy: "",
    deletedAt: undefined,
  };
}

async function notify(
  job: Job,
  options: { now?: number; fail?: { isFinal: boolean }; before?: Outcome<JobState> } = {},
) {
  const sent: { receiver: Receiver; notification: Notification }[] = [];
  const deps: Pick<JobDependencies, "notifier" | "baseUrl"> = {
    baseUrl: "https://host",
    notifier: {
      async send(receiver, notification) {
        sent.push({ receiver, notification });
        if (options.fail !== undefined) throw new DeliveryFailure("no luck", options.fail);
      },
    },
  };
  const { signal } = new AbortController();
  const before = options.before ?? { kind: "ready" };
  const outcome = await notifyEnd(job, before, { deps, signal, now: options.now ?? 0 });
  return { outcome, sent };
}

function stateOf(outcome: Outcome<JobState>): JobState {
  assert.ok(outcome.state !== undefined);
  return outcome.state;
}
