import { randomInt } from "node:crypto";

const MOODS = [
  "bright",
  "calm",
  "clever",
  "eager",
  "gentle",
  "honest",
  "jolly",
  "keen",
  "lively",
  "mellow",
  "nimble",
  "patient",
  "quiet",
  "steady",
  "swift",
  "witty",
];
const ANIMALS = [
  "badger",
  "crane",
  "deer",
  "falcon",
  "fox",
  "gull",
  "hare",
  "heron",
  "lynx",
  "moose",
  "otter",
  "owl",
  "raven",
  "seal",
  "stork",
  "wren",
];
const NUMBER_MAX = 1_000;

/** A name for a run that has none: `nimble-otter-271`. Not unique. */
export function newRunName(): string {
  return `${MOODS[randomInt(MOODS.length)]}-${ANIMALS[randomInt(ANIMALS.length)]}-${randomInt(NUMBER_MAX)}`;
}
