import type { MetricPoint } from "./tracking-store.ts";

const BITS_PER_GROUP = 128;
const VARINT_BYTES_MAX = 10;
const VALUE_BYTES = 8;

/** Points of one key, in the order in which they were logged. */
export interface KeyPoints {
  readonly key: number;
  readonly points: readonly MetricPoint[];
}

/**
 * Packs points of several keys: for each key its number, the count, then steps and times as zigzag varint differences
 * and the values as 8-byte floats. An evenly logged series takes about 10 bytes a point.
 */
export function packPoints(series: readonly KeyPoints[]): Uint8Array {
  const capacity = series.reduce((sum, { points }) => sum + pointBytesMax(points.length), 0);
  const writer = new ByteWriter(capacity);
  for (const { key, points } of series) {
    writer.varint(key);
    writer.varint(points.length);
    writer.differences(points, (point) => point.step);
    writer.differences(points, (point) => point.at);
    for (const point of points) writer.float(point.value);
  }
  return writer.bytes();
}

export function unpackPoints(bytes: Uint8Array): KeyPoints[] {
  const reader = new ByteReader(bytes);
  const series: KeyPoints[] = [];
  while (!reader.isAtEnd()) {
    const key = reader.varint();
    const count = reader.varint();
    const steps = reader.differences(count);
    const times = reader.differences(count);
    const points: MetricPoint[] = [];
    for (let index = 0; index < count; index += 1) {
      points.push({ value: reader.float(), at: times[index] ?? 0, step: steps[index] ?? 0 });
    }
    series.push({ key, points });
  }
  return series;
}

function pointBytesMax(count: number): number {
  return 2 * VARINT_BYTES_MAX + count * (2 * VARINT_BYTES_MAX + VALUE_BYTES);
}

class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= BITS_PER_GROUP) {
      this.#bytes[this.#position++] = (rest % BITS_PER_GROUP) + BITS_PER_GROUP;
      rest = Math.floor(rest / BITS_PER_GROUP);
    }
    this.#bytes[this.#position++] = rest;
  }

  differences(points: readonly MetricPoint[], pick: (point: MetricPoint) => number): void {
    let previous = 0;
    for (const point of points) {
      const value = pick(point);
      const difference = value - previous;
      this.varint(difference >= 0 ? difference * 2 : -difference * 2 - 1);
      previous = value;
    }
  }

  float(value: number): void {
    this.#view.setFloat64(this.#position, value, true);
    this.#position += VALUE_BYTES;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#position);
  }
}

class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#position++];
      if (byte === undefined) throw new RangeError("A metric chunk ends within a number.");
      if (byte < BITS_PER_GROUP) return value + byte * scale;
      value += (byte - BITS_PER_GROUP) * scale;
      scale *= BITS_PER_GROUP;
    }
  }

  differences(count: number): number[] {
    const values: number[] = [];
    let previous = 0;
    for (let index = 0; index < count; index += 1) {
      const coded = this.varint();
      previous += coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
      values.push(previous);
    }
    return values;
  }

  float(): number {
    const value = this.#view.getFloat64(this.#position, true);
    this.#position += VALUE_BYTES;
    return value;
  }
}
