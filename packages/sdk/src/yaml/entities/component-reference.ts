import { text, type Codec } from "../codec.ts";
import { isRecord } from "../composite-codec.ts";

/** Whether a reference names a file rather than a registered component. */
export function isComponentPath(reference: string): boolean {
  return !/^(azureml:|\/subscriptions\/|https?:|\$\{\{)/.test(reference);
}

/** `azureml:name:1`, an id, `./file.yml`, `file:./file.yml`, or the component itself. */
export function componentReference(inline: () => Codec): Codec {
  const reference = text("a component");
  return {
    expects: "a component, or the path of its file",
    read: (value, place) => (isRecord(value) ? inline().read(value, place) : reference.read(value, place)),
    toArm: (value) => value,
    fromArm: (value) => (typeof value === "string" ? shortComponent(value) : value),
  };
}

function shortComponent(id: string): string {
  const match = /\/workspaces\/[^/]+\/components\/([^/]+)\/versions\/([^/]+)$/i.exec(id);
  return match === null ? id : `azureml:${match[1]}:${match[2]}`;
}
