/** Numbers of `[0, 1)`, one a call. */
export type RandomStream = () => number;

/**
 * A stream of numbers that depends on seed and name alone: the same trial of the same sweep draws the same parameters
 * on every machine and after every restart. The generator is sfc32; it is not for secrets.
 */
export function randomStream(seed: number, name: string): RandomStream {
  let hash = hashText(`${seed}/${name}`);
  const next = (): number => {
    hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) + 0x9e3779b9;
    return mix(hash);
  };
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) draw();
  return () => (draw() * 2 ** 21 + (draw() >>> 11)) / 2 ** 53;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
