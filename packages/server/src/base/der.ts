/** Writes ASN.1 DER, as far as certificates need it: every function answers one encoded value. */

const CONTEXT_SPECIFIC = 0x80;
const CONSTRUCTED = 0x20;

export function derSequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

export function derSet(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

/** An unsigned integer, given as big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const content = first < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first));
  return tagged(0x02, (content[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), content]) : content);
}

export function derBoolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

export function derOctetString(content: Uint8Array): Buffer {
  return tagged(0x04, content);
}

/** @param unusedBitCount Bits at the end of the last byte that do not belong to the string. */
export function derBitString(content: Uint8Array, unusedBitCount = 0): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBitCount]), content]));
}

export function derUtf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, "utf8"));
}

/** Dates until 2049 have two-digit years in certificates (RFC 5280, 4.1.2.5). */
export function derTime(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  return date.getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}

/** @param dotted An object identifier such as `2.5.4.3`. */
export function derObjectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

/** A value under a context tag that replaces its own, as `[2] IMPLICIT`. */
export function derImplicit(tagNumber: number, content: Uint8Array): Buffer {
  return tagged(CONTEXT_SPECIFIC | tagNumber, content);
}

/** A value wrapped in a context tag, as `[0] EXPLICIT`. */
export function derExplicit(tagNumber: number, content: Uint8Array): Buffer {
  return tagged(CONTEXT_SPECIFIC | CONSTRUCTED | tagNumber, content);
}

function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(content.length)]), content]);
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128));
  return bytes;
}
