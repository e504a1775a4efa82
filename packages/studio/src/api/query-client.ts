import { PlatformError } from "@lazuli/contract/errors.ts";
import { QueryClient } from "@tanstack/react-query";

const RETRY_COUNT_MAX = 2;

/** Retries only what may pass by itself; what the caller can act on is shown at once. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        refetchOnWindowFocus: true,
        retry: (failureCount, error) => failureCount < RETRY_COUNT_MAX && mayPass(error),
      },
    },
  });
}

function mayPass(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return false;
  return error.code === "Unavailable" || error.code === "Timeout" || error.code === "TooManyRequests";
}
