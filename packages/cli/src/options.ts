import { PlatformError } from "@lazuli/contract/errors.ts";

/** Flags of one command, read by name with their kind checked. Names are in camel case, as `resourceGroup`. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** Throws `BadRequest` that names the flag. */
  requireText(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new PlatformError("BadRequest", `The option '${flagOf(name)}' is missing; --help shows how it is used.`, {
      target: name,
    });
  }

  isSet(name: string): boolean {
    const value = this.#values[name];
    return value === true || (typeof value === "string" && /^(true|yes|1)$/i.test(value));
  }

  /** `true`, `false`, or `undefined` when the flag is absent. */
  flag(name: string): boolean | undefined {
    return this.#values[name] === undefined ? undefined : this.isSet(name);
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.map(String);
    return typeof value === "string" ? [value] : [];
  }

  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d+$/.test(text)) return Number(text);
    throw new PlatformError("BadRequest", `'${flagOf(name)}' must be a whole number, not '${text}'.`, { target: name });
  }

  /** `--tags a=1 b=2`, also as one text with spaces between. */
  pairs(name: string): Record<string, string> | undefined {
    const texts = this.texts(name).flatMap((text) => text.split(/\s+(?=[^\s=]+=)/));
    if (texts.length === 0) return undefined;
    const pairs = texts
      .filter((text) => text.trim() !== "")
      .map((text) => {
        const at = text.indexOf("=");
        if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const;
        throw new PlatformError("BadRequest", `'${flagOf(name)}' takes key=value, not '${text}'.`, { target: name });
      });
    return Object.fromEntries(pairs);
  }
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
