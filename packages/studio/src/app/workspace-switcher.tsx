import {
  Button,
  makeStyles,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  tokens,
} from "@fluentui/react-components";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useSignedIn, useWorkspace } from "../api/workspace-context.tsx";
import { ChevronDownRegular } from "../ui/icons.ts";
import { workspaceSlug } from "./workspace-slug.ts";

const useStyles = makeStyles({
  button: { maxWidth: "240px", minWidth: "auto", whiteSpace: "nowrap" },
  group: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

export function WorkspaceSwitcher() {
  const styles = useStyles();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { workspaces } = useSignedIn().session;
  const open = useWorkspace();
  return (
    <Menu
      checkedValues={{ workspace: [open.id] }}
      onCheckedValueChange={(_, data) => {
        const chosen = workspaces.find((each) => each.id === data.checkedItems[0]);
        if (chosen !== undefined)
          void navigate(`/workspaces/${encodeURIComponent(workspaceSlug(chosen, workspaces))}/home`);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          className={styles.button}
          size="small"
          icon={<ChevronDownRegular />}
          iconPosition="after"
          aria-label={t("workspace.switch", { name: open.name })}
        >
          {open.friendlyName ?? open.name}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {workspaces.map((workspace) => (
            <MenuItemRadio key={workspace.id} name="workspace" value={workspace.id}>
              {workspace.name} <span className={styles.group}>· {workspace.resourceGroup}</span>
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
