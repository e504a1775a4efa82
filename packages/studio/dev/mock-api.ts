import type { Plugin } from "vite";

/** Answers Studio's calls from made-up data, under `vite dev` only; the build never sees it. */
export function mockApi(): Plugin {
  return {
    name: "lazuli-mock-api",
    apply: "serve",
    async configureServer(server) {
      const { answerMock } = await import("./mock-server.ts");
      server.middlewares.use((request, response, next) => {
        if (!answerMock(request, response)) next();
      });
    },
  };
}
