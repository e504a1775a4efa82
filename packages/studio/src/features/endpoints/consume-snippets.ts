import { EXAMPLE_BODY_LINE } from "./example-body.ts";

export const SNIPPETS = [
  { name: "curl", title: "curl" },
  { name: "python", title: "Python" },
  { name: "sdk", title: "Python SDK" },
  { name: "javascript", title: "JavaScript" },
  { name: "cli", title: "CLI" },
] as const;

export type SnippetName = (typeof SNIPPETS)[number]["name"];

export interface SnippetTarget {
  readonly url: string;
  readonly name: string;
}

/** Code that calls the endpoint; the key comes from the environment, so that none is pasted into a file. */
export function renderSnippet(snippet: SnippetName, { url, name }: SnippetTarget): string {
  switch (snippet) {
    case "curl":
      return `eval "$(./lazuli env)"   # trusts the local certificate
curl --cacert "$SSL_CERT_FILE" "${url}" \\
  -H "Authorization: Bearer $ENDPOINT_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${EXAMPLE_BODY_LINE}'`;
    case "python":
      return `import os
import requests  # trusts REQUESTS_CA_BUNDLE, which ./lazuli env sets

reply = requests.post(
    "${url}",
    headers={"Authorization": f"Bearer {os.environ['ENDPOINT_KEY']}"},
    json=${EXAMPLE_BODY_LINE},
    timeout=60,
)
reply.raise_for_status()
print(reply.json())`;
    case "sdk":
      return `from azure.ai.ml import MLClient
from azure.identity import DefaultAzureCredential

client = MLClient.from_config(DefaultAzureCredential())
print(client.online_endpoints.invoke("${name}", request_file="request.json"))`;
    case "javascript":
      return `// NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE node score.mjs
const reply = await fetch("${url}", {
  method: "POST",
  headers: {
    authorization: \`Bearer \${process.env.ENDPOINT_KEY}\`,
    "content-type": "application/json",
  },
  body: JSON.stringify(${EXAMPLE_BODY_LINE}),
});
if (!reply.ok) throw new Error(await reply.text());
console.log(await reply.json());`;
    case "cli":
      return `echo '${EXAMPLE_BODY_LINE}' > request.json
./lazuli online-endpoint invoke --name ${name} --request-file request.json`;
  }
}
