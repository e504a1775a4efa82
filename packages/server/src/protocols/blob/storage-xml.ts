import { PlatformError } from "@lazuli/contract/errors.ts";
import { XMLParser, XMLValidator } from "fast-xml-parser";

/** Value of an element: text, children, several of one name, or attributes as `@name` beside `#text`. */
export type XmlValue = string | number | boolean | XmlElement | readonly XmlValue[];
export interface XmlElement {
  readonly [name: string]: XmlValue | undefined;
}

/** What XML 1.0 cannot hold, and white space that parsers change or trim. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const NOT_PLAIN = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|^\s|\s$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Written out here because a page of 5,000 blobs takes fast-xml-parser's builder a quarter of a second. */
export function renderXml(root: string, content: XmlElement): string {
  return `<?xml version="1.0" encoding="utf-8"?>${renderElement(root, content)}`;
}

function renderElement(name: string, value: XmlValue): string {
  if (Array.isArray(value)) return value.map((item: XmlValue) => renderElement(name, item)).join("");
  if (!isElement(value)) return wrap(name, escape(String(value)));
  let attributes = "";
  let inner = "";
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined) continue;
    if (key.startsWith("@")) attributes += ` ${key.slice(1)}="${escape(String(child))}"`;
    else inner += key === "#text" ? escape(String(child)) : renderElement(key, child);
  }
  return wrap(name, inner, attributes);
}

function wrap(name: string, inner: string, attributes = ""): string {
  return inner === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${inner}</${name}>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function isElement(value: XmlValue): value is XmlElement {
  return typeof value === "object" && !Array.isArray(value);
}

/** A name that XML cannot hold goes percent-encoded and says so, as Azure does it. */
export function renderName(name: string): XmlValue {
  return NOT_PLAIN.test(name) ? { "@Encoded": "true", "#text": encodeURIComponent(name) } : name;
}

export interface XmlItem {
  readonly name: string;
  readonly text: string;
}

/** The children of the root in their order, each with its text. Throws `BadRequest` (`InvalidXmlDocument`). */
export function parseXmlItems(text: string, root: string): XmlItem[] {
  if (text.includes("<!") || XMLValidator.validate(text) !== true) throw invalidXml();
  const parser = new XMLParser({ preserveOrder: true, parseTagValue: false, htmlEntities: true });
  const parsed: unknown = parser.parse(text);
  const content = findChild(parsed, root);
  if (content === undefined) throw invalidXml();
  return content.flatMap(toItem);
}

/** With `preserveOrder` an element is `{ name: children }`, and text `{ "#text": text }`. */
function findChild(nodes: unknown, name: string): unknown[] | undefined {
  if (!Array.isArray(nodes)) return undefined;
  for (const node of nodes) {
    const children: unknown = isRecord(node) ? node[name] : undefined;
    if (Array.isArray(children)) return children;
  }
  return undefined;
}

function toItem(node: unknown): XmlItem[] {
  if (!isRecord(node)) throw invalidXml();
  const [name] = Object.keys(node).filter((key) => key !== ":@");
  if (name === undefined || name === "#text") throw invalidXml();
  const children: unknown = node[name];
  if (!Array.isArray(children)) throw invalidXml();
  const texts = children.map((child: unknown) => {
    if (!isRecord(child) || !("#text" in child)) throw invalidXml();
    return String(child["#text"]);
  });
  return [{ name, text: texts.join("") }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidXml(): PlatformError {
  return new PlatformError("BadRequest", "The request's body is not the XML that this operation takes.", {
    azureCode: "InvalidXmlDocument",
  });
}
