import { createHash } from "node:crypto";

/**
 * MLflow's client prints `<tracking URI>/#/experiments/<id>/runs/<id>`. What follows the `#` never reaches a server, so
 * this page reads it in the browser and goes on to the run in Studio.
 */
const SCRIPT = `
const run = /\\/runs\\/([^/?]+)/.exec(location.hash);
const workspace = /\\/subscriptions\\/.*\\/workspaces\\/[^/]+/i.exec(location.pathname);
location.replace(run ? "/runs/" + run[1] + "?wsid=" + encodeURIComponent(workspace ? workspace[0] : "") : "/");
`;

export interface UiPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function renderUiPage(): UiPage {
  const digest = createHash("sha256").update(SCRIPT).digest("base64");
  return {
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Lazuli</title><script>${SCRIPT}</script></html>`,
    headers: {
      "content-security-policy": `default-src 'none'; script-src 'sha256-${digest}'; frame-ancestors 'none'`,
      "x-content-type-options": "nosniff",
    },
  };
}
