import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
  MessageBar,
  MessageBarBody,
} from "@fluentui/react-components";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { hasEnded, useCancelJob, type Job } from "../../api/jobs.ts";
import { StopRegular } from "../../ui/icons.ts";

/** Asks once more: what a cancelled job had computed is lost. */
export function CancelButton({ job }: { readonly job: Job }) {
  const { t } = useTranslation();
  const cancel = useCancelJob(job.name);
  const [isOpen, setOpen] = useState(false);
  if (hasEnded(job.properties.status)) return undefined;
  const run = (): void => cancel.mutate(undefined, { onSuccess: () => setOpen(false) });
  return (
    <Dialog open={isOpen} onOpenChange={(_, data) => setOpen(data.open)}>
      <DialogTrigger disableButtonEnhancement>
        <Button icon={<StopRegular />} disabled={job.properties.status === "CancelRequested"}>
          {t("job.cancel")}
        </Button>
      </DialogTrigger>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t("job.cancelTitle")}</DialogTitle>
          <DialogContent>
            {t("job.cancelText", { name: job.properties.displayName ?? job.name })}
            {cancel.error === null ? undefined : (
              <MessageBar intent="error" style={{ marginTop: 12 }}>
                <MessageBarBody>{cancel.error.message}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement>
              <Button>{t("job.keepRunning")}</Button>
            </DialogTrigger>
            <Button appearance="primary" disabled={cancel.isPending} onClick={run}>
              {t("job.cancelConfirm")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
