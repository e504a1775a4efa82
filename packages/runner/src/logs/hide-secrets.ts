import type { TaskError } from "@lazuli/contract/node/task-report.ts";

import type { Redactor } from "./redactor.ts";

/** The error as people may see it: its words may come from the log. */
export function hideSecrets(error: TaskError, redactor: Redactor): TaskError {
  const { message, location, logTail, ...rest } = error;
  const text = location?.text;
  return {
    ...rest,
    message: redactor.hideText(message),
    ...(location !== undefined && {
      location: { ...location, ...(text !== undefined && { text: redactor.hideText(text) }) },
    }),
    logTail: logTail.map((line) => redactor.hideText(line)),
  };
}
