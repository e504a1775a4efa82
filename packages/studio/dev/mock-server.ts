import type { IncomingMessage, ServerResponse } from "node:http";

import * as data from "./mock-data.ts";

const LINE_MS = 300;
const canceled = new Set<string>();

type Answer = (url: URL, request: IncomingMessage, response: ServerResponse) => unknown;

const STREAMED = Symbol("streamed");

const ROUTES: readonly (readonly [RegExp, Answer])[] = [
  [/^\/studio\/api\/session$/, () => data.SESSION],
  [/^\/studio\/api\/changes$/, openStream],
  [/^\/studio\/api\/jobs\/[^/]+\/logs$/, () => ({ files: [{ name: "user_logs/std_log.txt", sizeBytes: 4096 }] })],
  [/^\/studio\/api\/jobs\/([^/]+)\/logs\/.+$/, streamLog],
  [/^\/studio\/api\/runs\/[^/]+\/metrics$/, listSeries],
  [/^\/studio\/api\/files$/, listFiles],
  [
    /^\/studio\/api\/file$/,
    () =>
      "sepal_length,sepal_width,petal_length,petal_width,species\n5.1,3.5,1.4,0.2,setosa\n6.2,2.9,4.3,1.3,versicolor\n",
  ],
  [/^\/mlflow\/.*runs\/get$/, getRun],
  [/\/jobs\/([^/]+)\/cancel$/, cancelJob],
  [/\/jobs\/([^/]+)$/, (url) => find(data.listJobs(canceled), url)],
  [/\/jobs$/, listJobs],
  [/\/models\/[^/]+\/versions$/, () => ({ value: data.MODEL_VERSIONS })],
  [/\/models$/, () => ({ value: data.MODELS })],
  [
    /\/deployments\/[^/]+\/getLogs$/,
    () => ({
      content:
        "2026-01-01 I 00 azmlinfsrv - Starting up scoring server\n2026-01-01 I 00 azmlinfsrv - init() completed in 0.41 s\n",
    }),
  ],
  [/\/deployments$/, () => ({ value: data.DEPLOYMENTS })],
  [/\/listKeys$/, () => ({ primaryKey: "Xk3v…mock-primary", secondaryKey: "p0Qw…mock-secondary" })],
  [/\/onlineEndpoints\/([^/]+)$/, (url) => find(data.ENDPOINTS, url)],
  [/\/onlineEndpoints$/, () => ({ value: data.ENDPOINTS })],
  [/\/endpoints\/.*\/score$/, () => [0, 1]],
  [/\/listNodes$/, () => ({ nodes: data.NODES })],
  [/\/computes\/([^/]+)$/, (url) => find(data.COMPUTES, url)],
  [/\/computes$/, () => ({ value: data.COMPUTES })],
  [/\/data\/[^/]+\/versions$/, () => ({ value: data.DATA_VERSIONS })],
  [/\/data$/, () => ({ value: data.DATA })],
  [/\/environments\/[^/]+\/versions$/, () => ({ value: data.ENVIRONMENT_VERSIONS })],
  [/registries\/azureml\/environments$/, () => ({ value: data.ENVIRONMENTS })],
  [/\/environments$/, () => ({ value: [] })],
];

/** Answers a call of the API; `false` for anything that is none. */
export function answerMock(request: IncomingMessage, response: ServerResponse): boolean {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (!/^\/(studio\/api|subscriptions|mlflow|endpoints)\//.test(url.pathname)) return false;
  const route = ROUTES.find(([path]) => path.test(url.pathname));
  const answer = route?.[1](url, request, response);
  if (answer === STREAMED) return true;
  if (answer === undefined) {
    response.writeHead(404, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: "ResourceNotFound", message: `'${url.pathname}' does not exist.` } }));
    return true;
  }
  response.writeHead(200, { "content-type": typeof answer === "string" ? "text/plain" : "application/json" });
  response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  return true;
}

function find<Row extends { name: string }>(rows: readonly Row[], url: URL): Row | undefined {
  const name = decodeURIComponent(url.pathname.split("/").at(-1) ?? "");
  return rows.find((row) => row.name === name);
}

function cancelJob(url: URL) {
  canceled.add(url.pathname.split("/").at(-2) ?? "");
  return {};
}

function listJobs(url: URL) {
  const skip = Number(url.searchParams.get("$skip") ?? 0);
  const all = data.listJobs(canceled);
  const nextLink =
    skip + 100 < all.length ? `https://elsewhere${url.pathname}?api-version=x&$skip=${skip + 100}` : undefined;
  return { value: all.slice(skip, skip + 100), nextLink };
}

function stepCount(): number {
  return Math.min(400, 120 + Math.floor((process.uptime() * 1000) / LINE_MS));
}

function getRun(url: URL) {
  const metrics = [
    ...data.METRIC_KEYS.map((key) => ({
      key,
      value: data.metricPoints(key, stepCount()).at(-1)?.[1],
      step: stepCount(),
    })),
    { key: "best_valid_auc", value: 0.9127, step: 0 },
  ];
  const params = [
    { key: "learning_rate", value: "0.05" },
    { key: "num_leaves", value: "63" },
    { key: "rounds", value: "400" },
  ];
  return {
    run: {
      info: { run_id: url.searchParams.get("run_id"), run_name: "run", status: "RUNNING" },
      data: { metrics, params, tags: [] },
    },
  };
}

function listSeries(url: URL) {
  const series = url.searchParams.getAll("key").map((key) => {
    const points =
      key === "best_valid_auc" ? data.metricPoints(key, 400).slice(-1) : data.metricPoints(key, stepCount());
    return { key, count: points.length, points };
  });
  return { series };
}

function listFiles(url: URL) {
  const path = url.searchParams.get("path") ?? "";
  const file = (name: string, sizeBytes: number) => ({ name, path: path + name, sizeBytes });
  const folders = path === "" ? ["model", "outputs", "user_logs"].map((name) => ({ name, path: `${name}/` })) : [];
  const files =
    path === ""
      ? []
      : path === "user_logs/"
        ? [file("std_log.txt", 48_213)]
        : [file("MLmodel", 612), file("model.pkl", 1_204_882), file("metrics.csv", 20_110)];
  return { folders, files, isTruncated: false };
}

function openStream(_url: URL, _request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": open\n\n");
  return STREAMED;
}

function streamLog(url: URL, request: IncomingMessage, response: ServerResponse) {
  openStream(url, request, response);
  const send = (text: string) => response.write(`event: chunk\ndata: ${JSON.stringify({ text })}\n\n`);
  let line = 0;
  send(Array.from({ length: stepCount() }, () => `${data.logLine(line++)}\n`).join(""));
  if (!url.pathname.includes(data.LIVE_JOB)) {
    response.end("event: end\ndata: {}\n\n");
    return STREAMED;
  }
  const timer = setInterval(() => send(`${data.logLine(line++)}\n`), LINE_MS);
  request.on("close", () => clearInterval(timer));
  return STREAMED;
}
