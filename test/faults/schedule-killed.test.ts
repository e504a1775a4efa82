import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { ArmClient } from "../support/arm-client.ts";
import { startTestServer, type TestServer } from "../support/test-server.ts";

/** Kills around the due time of as many schedules as there are numbers: milliseconds after it. */
const KILLS_AFTER_MS = [-60, -20, -5, 0, 2, 5, 10, 20, 40, 80];
const LEAD_MS = 2_500;
const TEST_MS_MAX = 180_000;

describe("a schedule whose server is killed", () => {
  let server: TestServer;
  let client: ArmClient;

  before(async () => {
    server = await startTestServer();
    client = new ArmClient(server);
  });
  after(() => server.stop());

  it("runs once for its due time, wherever the kill hits", { timeout: TEST_MS_MAX }, async () => {
    for (const [index, killAfterMs] of KILLS_AFTER_MS.entries()) {
      const dueAt = Math.ceil((Date.now() + LEAD_MS) / 1_000) * 1_000;
      const name = `kill-${index}`;
      await client.do("PUT", `schedules/${name}`, { properties: schedule(dueAt) });
      await delay(dueAt + killAfterMs - Date.now());
      await server.kill();
      await server.start();
      const job = `${name}-${new Date(dueAt).toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
      await client.until(`schedules/${name}`, ({ lazuli }) => JSON.stringify(lazuli).includes(`"jobName":"${job}"`));
      assert.deepEqual(await jobsOf(name), [job], `killed ${killAfterMs} ms after the due time`);
    }
  });

  async function jobsOf(name: string): Promise<unknown[]> {
    const { value } = await client.do("GET", "jobs");
    assert.ok(Array.isArray(value));
    const names = value.map((job: unknown) =>
      typeof job === "object" && job !== null && "name" in job ? job.name : "",
    );
    return names.filter((one) => String(one).startsWith(`${name}-`));
  }
});

function schedule(dueAt: number): Record<string, unknown> {
  return {
    trigger: { triggerType: "Recurrence", frequency: "Day", interval: 1, startTime: new Date(dueAt).toISOString() },
    action: {
      actionType: "CreateJob",
      jobDefinition: {
        jobType: "Command",
        command: "true",
        environmentId: "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
      },
    },
  };
}
