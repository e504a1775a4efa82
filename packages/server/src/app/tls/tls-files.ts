import { X509Certificate } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { getCACertificates, rootCertificates } from "node:tls";

import type { Clock } from "../../base/clock.ts";
import { createAuthority, createServerCertificate, type KeyedCertificate } from "./certificate.ts";

const DAY_MS = 24 * 3600 * 1000;
const AUTHORITY_DAYS = 3650;
/** Browsers and Apple's systems refuse server certificates of more than 398 days. */
const SERVER_DAYS = 397;
const RENEW_DAYS_BEFORE = 30;
/** Certificates are valid from an hour ago, for clients whose clocks are behind. */
const CLOCK_SKEW_MS = 3600 * 1000;
const BUNDLE_AGE_DAYS_MAX = 7;
const BUNDLE_NAME = "lazuli-bundle.pem";
const LOCAL_HOSTS = ["127.0.0.1", "::1", "localhost"];
/** A host name that a certificate can carry. */
const HOST = /^[a-z0-9*._:-]{1,253}$/i;

export interface TlsOptions {
  /** Holds the authority, the server's certificate and the bundle for clients. */
  readonly folder: string;
  /** Names and addresses beside the local ones under which clients call this server. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  /** More roots that clients of this machine trust, such as a company's: PEM files; those that are absent are skipped. */
  readonly extraRootFiles?: readonly string[];
}

export interface TlsFiles {
  /** The server's certificate chain, PEM. */
  readonly certificate: string;
  readonly key: string;
  /** The local authority's certificate, PEM; whoever trusts it trusts this server. */
  readonly authority: string;
  /** File with our authority and the system's roots, for `REQUESTS_CA_BUNDLE` and `SSL_CERT_FILE`. */
  readonly bundlePath: string;
}

/** Reads the certificates of a home, and makes or renews those that are missing, about to end, or for other hosts. */
export async function openTls(options: TlsOptions): Promise<TlsFiles> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(options);
  const server = await ensureServer(authority, options);
  const bundlePath = join(options.folder, BUNDLE_NAME);
  await ensureBundle(bundlePath, authority.certificate, options);
  return { certificate: server.certificate, key: server.key, authority: authority.certificate, bundlePath };
}

async function ensureAuthority(options: TlsOptions): Promise<KeyedCertificate> {
  const known = await readPair(options.folder, "authority");
  if (known !== undefined && isFresh(known.certificate, options.clock)) return known;
  const commonName = `Lazuli local authority (${hostname()})`.slice(0, 64);
  const made = await createAuthority(commonName, validity(AUTHORITY_DAYS, options.clock));
  await writePair(options.folder, "authority", made);
  return made;
}

async function ensureServer(authority: KeyedCertificate, options: TlsOptions): Promise<KeyedCertificate> {
  const hosts = [...new Set([...LOCAL_HOSTS, hostname(), ...options.hosts])].filter((host) => HOST.test(host));
  const known = await readPair(options.folder, "server");
  if (known !== undefined && isFresh(known.certificate, options.clock) && fits(known, authority, hosts)) return known;
  const issuer = { commonName: commonNameOf(authority.certificate), key: authority.key };
  const made = await createServerCertificate(hosts, issuer, validity(SERVER_DAYS, options.clock));
  await writePair(options.folder, "server", made);
  return made;
}

/** Whether the certificate was signed by this authority and names all hosts. */
function fits(server: KeyedCertificate, authority: KeyedCertificate, hosts: readonly string[]): boolean {
  const parsed = new X509Certificate(server.certificate);
  if (!parsed.verify(new X509Certificate(authority.certificate).publicKey)) return false;
  return hosts.every((host) => (isIP(host) === 0 ? parsed.checkHost(host) : parsed.checkIP(host)) !== undefined);
}

function isFresh(certificate: string, clock: Clock): boolean {
  const parsed = new X509Certificate(certificate);
  return parsed.validToDate.getTime() - clock.now() > RENEW_DAYS_BEFORE * DAY_MS;
}

function commonNameOf(certificate: string): string {
  return new X509Certificate(certificate).subject.replace(/^CN=/, "");
}

function validity(days: number, clock: Clock): { from: Date; until: Date } {
  const from = clock.now() - CLOCK_SKEW_MS;
  return { from: new Date(from), until: new Date(from + days * DAY_MS) };
}

/** Our authority, then every root that clients on this machine would trust without us. */
async function ensureBundle(path: string, authority: string, options: TlsOptions): Promise<void> {
  const known = await readIfPresent(path);
  if (known?.startsWith(authority) === true && (await isYoung(path, options.clock))) return;
  const extra = await Promise.all((options.extraRootFiles ?? []).map((file) => readExtraRoots(file, path)));
  const roots = [...rootCertificates, ...getCACertificates("system"), ...getCACertificates("extra"), ...extra.flat()];
  // Sources wrap the lines of the same root differently.
  const unique = new Map(roots.map((root) => [root.replace(/\s/g, ""), `${root.trim()}\n`]));
  await replaceFile(path, authority + [...unique.values()].join(""), 0o644);
}

/**
 * A shell in which `lazuli env` was evaluated names our own bundle as the user's: then what the user had before lies in
 * it, behind the authority that comes first. Bundles of other homes are left out, so that trust in them does not spread.
 */
async function readExtraRoots(file: string, bundlePath: string): Promise<readonly string[]> {
  if (file.endsWith(BUNDLE_NAME) && file !== bundlePath) return [];
  const text = await readIfPresent(file);
  const roots = text?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return file === bundlePath ? roots.slice(1) : roots;
}

async function isYoung(path: string, clock: Clock): Promise<boolean> {
  const file = await open(path);
  try {
    const { mtimeMs } = await file.stat();
    return clock.now() - mtimeMs < BUNDLE_AGE_DAYS_MAX * DAY_MS;
  } finally {
    await file.close();
  }
}

async function readPair(folder: string, name: string): Promise<KeyedCertificate | undefined> {
  const certificate = await readIfPresent(join(folder, `${name}.pem`));
  const key = await readIfPresent(join(folder, `${name}-key.pem`));
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function writePair(folder: string, name: string, pair: KeyedCertificate): Promise<void> {
  await replaceFile(join(folder, `${name}-key.pem`), pair.key, 0o600);
  await replaceFile(join(folder, `${name}.pem`), pair.certificate, 0o644);
}

/** Callers hold the lock of the home, so the draft's name needs not be unique. */
async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, "w", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
