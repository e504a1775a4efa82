import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";

import { startIdentityServer, type IdentityServer } from "../support/identity-server.ts";
import { pythonEnvironment } from "../support/python.ts";

const run = promisify(execFile);
const SCRIPT_TIMEOUT_MS = 60_000;

/** What runs in the official client's own process; prints one line of JSON. */
const PREAMBLE = `
import base64, json, os, sys
import requests
from azure.identity import ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential
def claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
def knock(door, token):
    answer = requests.get(os.environ["LAZULI_URL"] + "/doors/" + door, headers={"Authorization": "Bearer " + token}, timeout=10)
    return answer.status_code
`;

describe("azure-identity", () => {
  let server: IdentityServer;
  let python: string;

  before(async () => {
    python = await pythonEnvironment("3.11", ["azure-ai-ml", "azure-identity", "requests", "mlflow"]);
    server = await startIdentityServer();
  });
  after(() => server.close());

  const clientEnvironment = (overrides: Record<string, string> = {}): Record<string, string> => ({
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    LAZULI_URL: server.url,
    IDENTITY_ENDPOINT: `${server.loopbackUrl}/identity/token`,
    IDENTITY_HEADER: server.owner.secret,
    REQUESTS_CA_BUNDLE: server.tls.bundlePath,
    SSL_CERT_FILE: server.tls.bundlePath,
    AZUREML_CURRENT_CLOUD: "LazuliCloud",
    ARM_CLOUD_METADATA_URL: `${server.url}/metadata/endpoints`,
    REGISTRY_DISCOVERY_ENDPOINT_URL: `${server.url}/`,
    ...overrides,
  });

  async function runScript(script: string, overrides: Record<string, string> = {}): Promise<unknown> {
    const options = { env: clientEnvironment(overrides), timeout: SCRIPT_TIMEOUT_MS };
    const { stdout } = await run(python, ["-c", PREAMBLE + script], options);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  }

  it("DefaultAzureCredential works by environment alone and opens the door that it asked for", async () => {
    const answer = await runScript(`
token = DefaultAzureCredential().get_token("https://management.azure.com/.default")
print(json.dumps([claims(token.token)["aud"], claims(token.token)["tid"], knock("management", token.token), knock("storage", token.token)]))`);
    assert.deepEqual(answer, ["https://management.azure.com", server.owner.principal.tenantId, 200, 401]);
  });

  it("ManagedIdentityCredential works over https with the bundle", async () => {
    const answer = await runScript(
      `
token = ManagedIdentityCredential().get_token("https://storage.azure.com/.default")
print(json.dumps([knock("storage", token.token), knock("management", token.token)]))`,
      { IDENTITY_ENDPOINT: `${server.url}/identity/token` },
    );
    assert.deepEqual(answer, [200, 401]);
  });

  it("gets a token for whatever audience a client names, which then opens only its own doors", async () => {
    const answer = await runScript(`
credential = DefaultAzureCredential()
result = []
for scope in (os.environ["LAZULI_URL"] + "/.default", "https://ml.azure.lazuli/.default", "https://vault.azure.net/.default"):
    token = credential.get_token(scope).token
    result.append([claims(token)["aud"] + "/.default" == scope, knock("management", token), knock("machineLearning", token), knock("storage", token)])
print(json.dumps(result))`);
    assert.deepEqual(answer, [
      [true, 200, 200, 401],
      [true, 401, 200, 401],
      [true, 401, 401, 401],
    ]);
  });

  it("says what to do when the secret is wrong", async () => {
    const answer = await runScript(
      `
try:
    ManagedIdentityCredential().get_token("https://management.azure.com/.default")
except Exception as error:
    print(json.dumps(str(error)))`,
      { IDENTITY_HEADER: "wrong" },
    );
    assert.match(String(answer), /X-IDENTITY-HEADER.*lazuli env/);
  });

  it("ClientSecretCredential signs a service principal in", async () => {
    const clientId = "7e6f0a4c-1111-4222-8333-9f5a3b1f2d11";
    const { secret } = await server.access.createServicePrincipal("ci", server.owner.principal.tenantId, clientId);
    const answer = await runScript(
      `
def attempt(secret):
    credential = ClientSecretCredential(os.environ["TENANT"], os.environ["CLIENT"], secret, authority=os.environ["LAZULI_URL"], disable_instance_discovery=True)
    return credential.get_token("https://management.azure.com/.default").token
token = attempt(os.environ["SECRET"])
try:
    attempt("wrong")
    refusal = None
except Exception as error:
    refusal = str(error)
print(json.dumps([claims(token)["oid"], claims(token)["idtyp"], knock("management", token), "secret is wrong" in refusal]))`,
      { TENANT: server.owner.principal.tenantId, CLIENT: clientId, SECRET: secret },
    );
    assert.deepEqual(answer, [clientId, "app", 200, true]);
  });

  it("azure-ai-ml finds our cloud at the metadata address, and the audience it makes up is one we take", async () => {
    const answer = await runScript(`
from azure.ai.ml import _azure_environments as clouds
clouds._set_cloud(None)
resource = clouds._get_aml_resource_id_from_metadata()
token = DefaultAzureCredential().get_token(resource + "/.default").token
print(json.dumps([clouds._get_base_url_from_metadata(), resource, claims(token)["aud"] == resource, knock("machineLearning", token), clouds._get_storage_endpoint_from_metadata(), clouds._get_registry_discovery_endpoint_from_metadata()]))`);
    assert.deepEqual(answer, [server.url, "https://ml.azure.lazuli", true, 200, "core.lazuli", `${server.url}/`]);
  });

  it("a job's token is traded for others with the same limits that end no later", async () => {
    const principal = { ...server.owner.principal, kind: "task" as const, scopes: ["/subscriptions/s"] };
    const header = await server.tokens.issue({ principal, audience: "management", lifetimeSeconds: 600 });
    const answer = await runScript(
      `
import time
token = DefaultAzureCredential().get_token("https://management.azure.com/.default")
print(json.dumps([claims(token.token)["lz_scopes"], token.expires_on - time.time() <= 600]))`,
      { IDENTITY_HEADER: header },
    );
    assert.deepEqual(answer, [["/subscriptions/s"], true]);
  });
});
