/** A stretch of text of one look. Colours are the 16 of a terminal, by name, or `#rrggbb`. */
export interface AnsiSpan {
  readonly text: string;
  readonly color: string | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
}

interface Look {
  color: string | undefined;
  isBold: boolean;
  isDim: boolean;
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;
// CSI … m sets the look; every other escape sequence moves a cursor that a log does not have.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const ESCAPE = /\u001b(?:\[([0-9;]*)([A-Za-z])|\][^\u0007]*\u0007|[()][A-Z0-9]|.)/g;

/** Splits log text into lines as a terminal would show them: a carriage return starts its line anew (progress bars). */
export function splitLogLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => {
    if (!line.includes("\r")) return line;
    const parts = line.split("\r").filter((part) => part !== "");
    return parts.at(-1) ?? "";
  });
}

export function parseAnsi(line: string): readonly AnsiSpan[] {
  if (!line.includes("\u001b")) return [{ text: line, color: undefined, isBold: false, isDim: false }];
  const spans: AnsiSpan[] = [];
  const look: Look = { color: undefined, isBold: false, isDim: false };
  let position = 0;
  for (const match of line.matchAll(ESCAPE)) {
    if (match.index > position) spans.push({ text: line.slice(position, match.index), ...look });
    position = match.index + match[0].length;
    if (match[2] === "m") applyCodes(look, (match[1] ?? "").split(";").map(Number));
  }
  if (position < line.length) spans.push({ text: line.slice(position), ...look });
  return spans;
}

/** The line as it reads, for search and copy. */
export function stripAnsi(line: string): string {
  return line.includes("\u001b") ? line.replace(ESCAPE, "") : line;
}

function applyCodes(look: Look, codes: number[]): void {
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) Object.assign(look, { color: undefined, isBold: false, isDim: false });
    else if (code === 1) look.isBold = true;
    else if (code === 2) look.isDim = true;
    else if (code === 22) Object.assign(look, { isBold: false, isDim: false });
    else if (code >= 30 && code <= 37) look.color = NAMES[code - 30];
    else if (code >= 90 && code <= 97) look.color = `bright-${NAMES[code - 90]}`;
    else if (code === 39) look.color = undefined;
    else if (code === 38) at += applyExtended(look, codes.slice(at + 1));
    else if (code === 48) at += codes[at + 1] === 2 ? 4 : 2;
  }
}

/** Reads `5;n` or `2;r;g;b`; answers how many codes it took. */
function applyExtended(look: Look, codes: readonly number[]): number {
  if (codes[0] === 2) {
    look.color = `#${codes.slice(1, 4).map(toHex).join("")}`;
    return 4;
  }
  look.color = paletteColor(codes[1] ?? 7);
  return 2;
}

function paletteColor(index: number): string {
  if (index < 8) return NAMES[index] ?? "white";
  if (index < 16) return `bright-${NAMES[index - 8]}`;
  if (index >= 232) return `#${toHex(8 + (index - 232) * 10).repeat(3)}`;
  const cube = index - 16;
  const levels = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return `#${levels.map((level) => toHex(level === 0 ? 0 : 55 + level * 40)).join("")}`;
}

function toHex(value: number): string {
  return Math.min(255, Math.max(0, value || 0))
    .toString(16)
    .padStart(2, "0");
}
