const ADJECTIVES =
  "amber bold brave bright calm clever cool crisp daring eager fair fleet frank gentle glad green happy honest jolly keen kind lively loyal lucky merry mild neat nimble patient plucky polite proud quick quiet ready sharp silent silver sincere smart steady sunny swift tidy true upbeat vivid warm wise witty".split(
    " ",
  );
const NOUNS =
  "apple arch atlas basin beach bean bell berry birch bridge brook canyon cedar cloud comet coral crane dawn delta dune eagle ember fern field finch fjord flute forest garden grape harbor hazel heron island ivy jewel kite lagoon lake lemon lime lotus maple meadow moon ocean olive orchid panda pear pearl pine planet plum pond quartz rain reef river rocket sail shell spruce star stone sun swan thunder tide tree tulip valley violet wave willow wolf yam".split(
    " ",
  );
const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789".split("");
const SUFFIX_LENGTH = 10;

/** A name for a job in Azure's manner: `plucky_heron_4k2mx09qpa`. */
export function jobName(): string {
  const random = crypto.getRandomValues(new Uint32Array(SUFFIX_LENGTH + 2));
  const pick = (words: readonly string[], index: number) => words[(random[index] ?? 0) % words.length] ?? "";
  const suffix = Array.from({ length: SUFFIX_LENGTH }, (_, index) => pick(LETTERS, index + 2)).join("");
  return `${pick(ADJECTIVES, 0)}_${pick(NOUNS, 1)}_${suffix}`;
}
