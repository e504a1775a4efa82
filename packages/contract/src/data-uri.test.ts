import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { parseDataUri, renderDataUri, type DataUri } from "./data-uri.ts";

const PLAIN = { noNullPrototype: true } as const;
const here = { kind: "here" } as const;
const workspace = { kind: "workspace", subscription: "s1", resourceGroup: "rg", name: "main" } as const;

describe("data uri", () => {
  const cases: readonly [string, DataUri][] = [
    [
      "azureml://datastores/blobs/paths/a/b.csv",
      { kind: "datastore", home: here, datastore: "blobs", path: "a/b.csv" },
    ],
    [
      "azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.j1/",
      { kind: "datastore", home: here, datastore: "workspaceartifactstore", path: "ExperimentRun/dcid.j1/" },
    ],
    [
      "azureml://subscriptions/s1/resourceGroups/rg/workspaces/main/datastores/blobs/paths/a/",
      { kind: "datastore", home: workspace, datastore: "blobs", path: "a/" },
    ],
    [
      "azureml://jobs/j1/outputs/artifacts/paths/model/",
      { kind: "jobOutput", job: "j1", output: "artifacts", path: "model/" },
    ],
    ["azureml://jobs/j1/outputs/model", { kind: "jobOutput", job: "j1", output: "model", path: "" }],
    ["runs:/j1/model/MLmodel", { kind: "run", run: "j1", path: "model/MLmodel" }],
    [
      "azureml:iris:3",
      { kind: "asset", home: here, asset: { collection: undefined, name: "iris", version: "3", label: undefined } },
    ],
    [
      "azureml:AzureML-sklearn-1.5@latest",
      {
        kind: "asset",
        home: here,
        asset: { collection: undefined, name: "AzureML-sklearn-1.5", version: undefined, label: "latest" },
      },
    ],
    [
      "azureml:/subscriptions/s1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/main/data/iris/versions/1",
      {
        kind: "asset",
        home: workspace,
        asset: { collection: "data", name: "iris", version: "1", label: undefined },
      },
    ],
    [
      "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
      {
        kind: "asset",
        home: { kind: "registry", name: "azureml" },
        asset: { collection: "environments", name: "sklearn-1.5", version: undefined, label: "latest" },
      },
    ],
    [
      "azureml://locations/local/workspaces/0f3c/models/m/versions/2",
      {
        kind: "asset",
        home: { kind: "workspaceGuid", guid: "0f3c" },
        asset: { collection: "models", name: "m", version: "2", label: undefined },
      },
    ],
    ["https://example.org/iris.csv", { kind: "http", url: "https://example.org/iris.csv" }],
    [
      "wasbs://datasets@account.blob.core.windows.net/iris/",
      {
        kind: "azureStorage",
        scheme: "wasbs",
        container: "datasets",
        host: "account.blob.core.windows.net",
        path: "iris/",
      },
    ],
    ["file:///data/iris.csv", { kind: "file", path: "/data/iris.csv" }],
  ];
  for (const [text, expected] of cases) {
    it(`takes '${text}' apart`, () => {
      assert.deepEqual(parseDataUri(text), expected);
    });
  }

  it("knows no local path, empty text or half a reference", () => {
    for (const text of ["", "./data", "data.csv", "azureml:", "azureml:iris", "azureml://", "azureml://datastores/"]) {
      assert.equal(parseDataUri(text), undefined, text);
    }
  });

  it("reads what it renders", () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}$/);
    const path = fc.array(name, { maxLength: 4 }).map((parts) => parts.join("/"));
    const home = fc.oneof(
      fc.constant(here),
      fc.record({ kind: fc.constant("workspace" as const), subscription: name, resourceGroup: name, name }, PLAIN),
    );
    const uri: fc.Arbitrary<DataUri> = fc.oneof(
      fc.record({ kind: fc.constant("datastore" as const), home, datastore: name, path }, PLAIN),
      fc.record({ kind: fc.constant("jobOutput" as const), job: name, output: name, path }, PLAIN),
      fc.record({ kind: fc.constant("run" as const), run: name, path }, PLAIN),
      fc.record(
        {
          kind: fc.constant("asset" as const),
          home,
          asset: fc.record(
            {
              collection: fc.constantFrom("data", "models", "environments"),
              name,
              version: name,
              label: fc.constant(undefined),
            },
            PLAIN,
          ),
        },
        PLAIN,
      ),
    );
    fc.assert(
      fc.property(uri, (value) => {
        assert.deepEqual(parseDataUri(renderDataUri(value)), value);
      }),
    );
  });

  it("answers any text without throwing", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDataUri(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseDataUri(`azureml:${text}`)));
  });
});
