import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { checkMirrorTraffic, checkTraffic, pickDeployment, pickMirrors } from "./split-traffic.ts";

const names = new Set(["blue", "green"]);

describe("traffic", () => {
  it("accepts sums of 0 and 100 over known deployments, whatever their case", () => {
    assert.deepEqual(checkTraffic({}, names), []);
    assert.deepEqual(checkTraffic({ Blue: 90, green: 10 }, names), []);
  });

  it("names the sum that is wrong and the deployment that is missing", () => {
    const issues = checkTraffic({ blue: 50, red: 20 }, names);
    assert.deepEqual(
      issues.map((issue) => [issue.code, issue.target]),
      [
        ["DeploymentNotFound", "properties.traffic.red"],
        ["InvalidTraffic", "properties.traffic"],
      ],
    );
    assert.match(issues[1]?.message ?? "", /sum to 70/);
  });

  it("refuses to mirror more than half, to two, or to one that serves", () => {
    assert.deepEqual(checkMirrorTraffic({ green: 50 }, { blue: 100 }, names), []);
    assert.equal(checkMirrorTraffic({ green: 51 }, { blue: 100 }, names).length, 1);
    assert.equal(checkMirrorTraffic({ green: 10, blue: 10 }, {}, names).length, 1);
    assert.equal(checkMirrorTraffic({ blue: 10 }, { blue: 100 }, names).length, 1);
  });

  it("sends each share of the chances to its deployment", () => {
    const counts = { blue: 0, green: 0 };
    for (let step = 0; step < 1000; step += 1) {
      const name = pickDeployment({ blue: 90, green: 10, idle: 0 }, step / 1000);
      if (name === "blue" || name === "green") counts[name] += 1;
    }
    assert.deepEqual(counts, { blue: 900, green: 100 });
  });

  it("always picks a deployment with a positive share when there is one", () => {
    const shares = fc.dictionary(fc.string(), fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(shares, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (traffic, chance) => {
        const picked = pickDeployment(traffic, chance);
        const hasAny = Object.values(traffic).some((percent) => percent > 0);
        return hasAny ? picked !== undefined && (traffic[picked] ?? 0) > 0 : picked === undefined;
      }),
    );
  });

  it("mirrors the share that is asked for", () => {
    assert.deepEqual(pickMirrors({ green: 10 }, 0.05), ["green"]);
    assert.deepEqual(pickMirrors({ green: 10 }, 0.1), []);
  });
});
