import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { PGlite } from "@electric-sql/pglite";

import { openPgliteDatabase } from "../../database/pglite-database.ts";
import { openSqliteDatabase } from "../../database/sqlite-database.ts";
import { accessMigrations, type AccessDatabase } from "./access-schema.ts";
import { openAccess, type Access } from "./access.ts";
import { systemPrincipal, type Principal } from "./principal.ts";
import { BROWSER_SESSION_SECONDS, SIGN_IN_LINK_SECONDS, Sessions } from "./sessions.ts";

const ML = "Microsoft.MachineLearningServices";
const WORKSPACE = `/subscriptions/s/resourceGroups/g/providers/${ML}/workspaces/w`;
const owner: Principal = { id: "owner", tenantId: "t", name: "ada", kind: "user", scopes: undefined };

interface Fixture {
  readonly access: Access;
  readonly sessions: Sessions;
  advance(seconds: number): void;
}

async function onSqlite(use: (database: AccessDatabase) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "lazuli-access-"));
  const database = await openSqliteDatabase(join(folder, "control.db"), accessMigrations);
  await use(database);
  await database.close();
  await rm(folder, { recursive: true });
}

async function onPglite(use: (database: AccessDatabase) => Promise<void>): Promise<void> {
  const database = await openPgliteDatabase(new PGlite(), accessMigrations);
  await use(database);
  await database.close();
}

for (const [name, withDatabase] of [
  ["sqlite", onSqlite],
  ["pglite", onPglite],
] as const) {
  const withAccess = (use: (fixture: Fixture) => Promise<void>): Promise<void> =>
    withDatabase(async (database) => {
      let now = 1_000_000;
      let id = 0;
      const clock = { now: () => now };
      const access = await openAccess({ database, clock, newId: () => `id${(id += 1)}` }, owner);
      const advance = (seconds: number): void => void (now += seconds * 1000);
      await use({ access, sessions: new Sessions({ database, access, clock }), advance });
    });

  describe(`access on ${name}`, () => {
    it("lets the owner do everything and strangers nothing", () =>
      withAccess(async ({ access }) => {
        const stranger: Principal = { ...owner, id: "stranger", name: "eve" };
        await access.assertCan(owner, `${ML}/workspaces/delete`, WORKSPACE);
        await access.assertCan(systemPrincipal, `${ML}/workspaces/delete`, WORKSPACE);
        await assert.rejects(access.assertCan(stranger, `${ML}/workspaces/read`, WORKSPACE), {
          code: "Forbidden",
          message: `'eve' may not do '${ML}/workspaces/read' on '${WORKSPACE}'; ask an owner for a role that allows it.`,
        });
      }));

    it("decides by role and scope", () =>
      withAccess(async ({ access }) => {
        const reader: Principal = { ...owner, id: "reader" };
        await access.grant({ principalId: reader.id, role: "reader", scope: WORKSPACE });
        await access.grant({ principalId: reader.id, role: "Reader", scope: WORKSPACE });
        assert.equal((await access.listGrants(reader.id)).length, 1, "granted once");
        const job = `${WORKSPACE}/jobs/j`;
        assert.equal(await access.can(reader, `${ML}/workspaces/jobs/read`, job.toUpperCase()), true);
        assert.equal(await access.can(reader, `${ML}/workspaces/jobs/write`, job), false);
        assert.equal(await access.can(reader, `${ML}/workspaces/jobs/read`, `${WORKSPACE}2/jobs/j`), false);
        await assert.rejects(access.grant({ principalId: "x", role: "King", scope: "/" }), { code: "BadRequest" });
      }));

    it("keeps a task inside its scopes and its role", () =>
      withAccess(async ({ access }) => {
        const task: Principal = { ...owner, kind: "task", scopes: [WORKSPACE.toLowerCase()] };
        assert.equal(await access.can(task, `${ML}/workspaces/jobs/write`, `${WORKSPACE}/jobs/j`), true);
        assert.equal(await access.can(task, `${ML}/workspaces/delete`, WORKSPACE), false);
        assert.equal(await access.can(task, `${ML}/workspaces/jobs/read`, `${WORKSPACE}x/jobs/j`), false);
        assert.equal(await access.can({ ...task, scopes: undefined }, `${ML}/workspaces/jobs/read`, WORKSPACE), false);
      }));

    it("signs service principals in by their secret", () =>
      withAccess(async ({ access }) => {
        const { secret } = await access.createServicePrincipal("ci", "t", "app");
        assert.deepEqual(await access.signIn("app", secret), {
          ...owner,
          id: "app",
          name: "ci",
          kind: "servicePrincipal",
        });
        for (const [id, word] of [
          ["app", "wrong"],
          ["nobody", secret],
          ["owner", ""],
        ] as const) {
          await assert.rejects(access.signIn(id, word), { code: "Unauthenticated" });
        }
      }));
  });

  describe(`sessions on ${name}`, () => {
    it("trade a link once", () =>
      withAccess(async ({ sessions }) => {
        const link = await sessions.createLinkToken(owner);
        const outcomes = await Promise.allSettled([sessions.exchange(link), sessions.exchange(link)]);
        assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
        const session = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))[0];
        assert.deepEqual(await sessions.verify(session), owner);
        await assert.rejects(sessions.verify(link), { code: "Unauthenticated" });
      }));

    it("end with time, by revocation, and never begin from an old link", () =>
      withAccess(async ({ sessions, advance }) => {
        const session = await sessions.exchange(await sessions.createLinkToken(owner));
        const other = await sessions.exchange(await sessions.createLinkToken(owner));
        const stale = await sessions.createLinkToken(owner);
        await sessions.revoke(session);
        await assert.rejects(sessions.verify(session), { code: "Unauthenticated" });
        await sessions.verify(other);
        advance(SIGN_IN_LINK_SECONDS);
        await assert.rejects(sessions.exchange(stale), { code: "Unauthenticated" });
        advance(BROWSER_SESSION_SECONDS - SIGN_IN_LINK_SECONDS);
        await assert.rejects(sessions.verify(other), { code: "Unauthenticated" });
        await assert.rejects(sessions.verify(undefined), { code: "Unauthenticated" });
      }));
  });
}
