import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { isIP, isIPv6 } from "node:net";
import { promisify } from "node:util";

import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derObjectId,
  derOctetString,
  derSequence,
  derSet,
  derTime,
  derUtf8,
} from "../../base/der.ts";

const SERIAL_BYTES = 16;
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";
const SUBJECT_KEY_ID = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const SUBJECT_ALT_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const AUTHORITY_KEY_ID = "2.5.29.35";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
/** keyCertSign and cRLSign; digitalSignature. */
const AUTHORITY_USAGE = derBitString(Buffer.from([0b00000110]), 1);
const SERVER_USAGE = derBitString(Buffer.from([0b10000000]), 7);

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Issuer {
  readonly commonName: string;
  /** PEM. */
  readonly key: string;
}

/** A self-signed authority on P-256 that may sign server certificates and nothing below another authority. */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyedCertificate> {
  const privateKey = await generatePrivateKey();
  const extensions = [
    extension(BASIC_CONSTRAINTS, derSequence(derBoolean(true), derInteger(Buffer.from([0]))), { isCritical: true }),
    extension(KEY_USAGE, AUTHORITY_USAGE, { isCritical: true }),
    extension(SUBJECT_KEY_ID, derOctetString(keyId(privateKey))),
  ];
  const parties = { subject: commonName, issuer: commonName, subjectKey: privateKey, issuerKey: privateKey };
  return render(parties, validity, extensions);
}

/** A server certificate for these host names and IP addresses. */
export async function createServerCertificate(
  hosts: readonly string[],
  issuer: Issuer,
  validity: Validity,
): Promise<KeyedCertificate> {
  const privateKey = await generatePrivateKey();
  const issuerKey = createPrivateKey(issuer.key);
  const extensions = [
    extension(BASIC_CONSTRAINTS, derSequence(), { isCritical: true }),
    extension(KEY_USAGE, SERVER_USAGE, { isCritical: true }),
    extension(EXTENDED_KEY_USAGE, derSequence(derObjectId(SERVER_AUTH))),
    extension(SUBJECT_ALT_NAME, derSequence(...hosts.map(alternativeName))),
    extension(SUBJECT_KEY_ID, derOctetString(keyId(privateKey))),
    extension(AUTHORITY_KEY_ID, derSequence(derImplicit(0, keyId(issuerKey)))),
  ];
  const parties = { subject: "Lazuli", issuer: issuer.commonName, subjectKey: privateKey, issuerKey };
  return render(parties, validity, extensions);
}

interface Parties {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: KeyObject;
  readonly issuerKey: KeyObject;
}

/** Puts a version 3 certificate together and signs it (RFC 5280, 4.1). */
function render(parties: Parties, validity: Validity, extensions: readonly Buffer[]): KeyedCertificate {
  const algorithm = derSequence(derObjectId(ECDSA_WITH_SHA256));
  const body = derSequence(
    derExplicit(0, derInteger(Buffer.from([2]))),
    derInteger(newSerial()),
    algorithm,
    distinguishedName(parties.issuer),
    derSequence(derTime(validity.from), derTime(validity.until)),
    distinguishedName(parties.subject),
    createPublicKey(parties.subjectKey).export({ type: "spki", format: "der" }),
    derExplicit(3, derSequence(...extensions)),
  );
  const signature = sign("sha256", body, parties.issuerKey);
  const certificate = derSequence(body, algorithm, derBitString(signature));
  return {
    certificate: renderPem("CERTIFICATE", certificate),
    key: parties.subjectKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

async function generatePrivateKey(): Promise<KeyObject> {
  const pair = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  return pair.privateKey;
}

function newSerial(): Buffer {
  const serial = randomBytes(SERIAL_BYTES);
  // A leading 1 keeps the number positive and its length constant.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** SHA-1 of the public key's bits, the identifier that RFC 5280 suggests; it protects nothing. */
function keyId(key: KeyObject): Buffer {
  const point = createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-65);
  return createHash("sha1").update(point).digest();
}

function distinguishedName(commonName: string): Buffer {
  return derSequence(derSet(derSequence(derObjectId(COMMON_NAME), derUtf8(commonName))));
}

function extension(
  id: string,
  value: Buffer,
  options: { readonly isCritical: boolean } = { isCritical: false },
): Buffer {
  const critical = options.isCritical ? [derBoolean(true)] : [];
  return derSequence(derObjectId(id), ...critical, derOctetString(value));
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 0 ? derImplicit(2, Buffer.from(host, "ascii")) : derImplicit(7, addressBytes(host));
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::", 2);
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => 0);
  const bytes = Buffer.alloc(16);
  [...front, ...zeros, ...back].forEach((group, index) => bytes.writeUInt16BE(group, index * 2));
  return bytes;
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function renderPem(label: string, content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
