import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";

import { openTls, type TlsFiles } from "./tls-files.ts";

const DAY_MS = 24 * 3600 * 1000;

describe("openTls", () => {
  let folder: string;
  let now: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lazuli-tls-"));
    now = Date.now();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (hosts: string[] = [], extraRootFiles: string[] = []): Promise<TlsFiles> =>
    openTls({ folder, hosts, extraRootFiles, clock: { now: () => now } });

  it("makes a certificate for every name of this machine and the given ones, signed by the local authority", async () => {
    const files = await open(["ml.example.org", "2001:db8::7", "10.0.0.9"]);
    const certificate = new X509Certificate(files.certificate);
    assert.ok(certificate.verify(new X509Certificate(files.authority).publicKey));
    for (const host of ["localhost", hostname(), "ml.example.org"]) assert.ok(certificate.checkHost(host), host);
    for (const address of ["127.0.0.1", "::1", "2001:db8::7", "10.0.0.9"])
      assert.ok(certificate.checkIP(address), address);
    assert.equal(certificate.checkHost("example.org"), undefined);
    assert.equal(certificate.ca, false);
    assert.equal(new X509Certificate(files.authority).ca, true);
  });

  it("keeps what is still good", async () => {
    assert.deepEqual(await open(["a.example"]), await open(["a.example"]));
  });

  it("renews the server's certificate before it ends, and when a host is added, under the same authority", async () => {
    const first = await open();
    const withHost = await open(["a.example"]);
    now += 370 * DAY_MS;
    const renewed = await open(["a.example"]);
    assert.equal(new Set([first, withHost, renewed].map(({ certificate }) => certificate)).size, 3);
    assert.equal(new Set([first, withHost, renewed].map(({ authority }) => authority)).size, 1);
    assert.ok(new X509Certificate(renewed.certificate).validToDate.getTime() > now + 300 * DAY_MS);
  });

  it("renews the authority before it ends, and what hangs on it", async () => {
    const first = await open();
    now += 3640 * DAY_MS;
    const renewed = await open();
    assert.notEqual(renewed.authority, first.authority);
    assert.ok((await readFile(renewed.bundlePath, "utf8")).startsWith(renewed.authority));
  });

  it("bundles our authority with the system's roots and the user's own, each once", async () => {
    const company = await open();
    const companyFile = join(folder, "company.pem");
    await writeFile(companyFile, company.certificate);
    await rm(company.bundlePath);
    const { authority, bundlePath } = await open([], [companyFile, join(folder, "absent.pem"), bundlePathOf(folder)]);
    const bundle = await readFile(bundlePath, "utf8");
    const roots = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    assert.ok(bundle.startsWith(authority));
    assert.ok(bundle.includes(company.certificate));
    assert.ok(roots.length > 100);
    assert.equal(new Set(roots.map((root) => root.replace(/\s/g, ""))).size, roots.length);
  });

  it("keeps the user's own roots when it is started from a shell that trusts the bundle already", async () => {
    const company = await openTls({ folder: join(folder, "company"), hosts: [], clock: { now: () => now } });
    const companyFile = join(folder, "company.pem");
    await writeFile(companyFile, company.authority);
    const { bundlePath } = await open([], [companyFile]);
    await utimes(bundlePath, 0, 0);
    await open([], [bundlePath, company.bundlePath]);
    assert.equal((await readFile(bundlePath, "utf8")).split(company.authority).length, 2);
  });

  it("keeps its keys to the user alone", async () => {
    await open();
    for (const name of ["authority-key.pem", "server-key.pem"]) {
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    }
  });
});

function bundlePathOf(folder: string): string {
  return join(folder, "lazuli-bundle.pem");
}
