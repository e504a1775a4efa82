import { Button, MessageBar, MessageBarBody, Text } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { useEndpointKeys } from "../../api/endpoints.ts";
import { Facts } from "../../ui/facts.tsx";
import { EyeOffRegular, EyeRegular } from "../../ui/icons.ts";
import { Panel } from "../../ui/panel.tsx";

/** Keys stay on the server until somebody asks to see them. */
export function KeysPanel({ endpointName }: { readonly endpointName: string }) {
  const { t } = useTranslation();
  const keys = useEndpointKeys(endpointName);
  const isShown = keys.data !== undefined;
  return (
    <Panel
      title={t("endpoints.keys")}
      commands={
        <Button
          size="small"
          icon={isShown ? <EyeOffRegular /> : <EyeRegular />}
          disabled={keys.isPending}
          onClick={() => (isShown ? keys.reset() : keys.mutate())}
        >
          {isShown ? t("endpoints.hideKeys") : t("endpoints.showKeys")}
        </Button>
      }
    >
      {keys.error === null ? undefined : (
        <MessageBar intent="error">
          <MessageBarBody>{keys.error.message}</MessageBarBody>
        </MessageBar>
      )}
      {keys.data === undefined ? (
        <Text size={200}>{t("endpoints.keysHint")}</Text>
      ) : (
        <Facts
          facts={[
            {
              name: t("endpoints.primaryKey"),
              value: <code>{keys.data.primaryKey}</code>,
              copy: keys.data.primaryKey ?? "",
            },
            {
              name: t("endpoints.secondaryKey"),
              value: <code>{keys.data.secondaryKey}</code>,
              copy: keys.data.secondaryKey ?? "",
            },
          ]}
        />
      )}
    </Panel>
  );
}
