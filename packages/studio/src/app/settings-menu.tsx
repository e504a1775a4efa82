import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

import { signOut } from "../api/session.ts";
import { useSignedIn } from "../api/workspace-context.tsx";
import { APPEARANCES, useAppearance } from "../ui/appearance.tsx";
import { PersonRegular, SettingsRegular, SignOutRegular } from "../ui/icons.ts";
import { changeLanguage, LANGUAGE_NAMES, LANGUAGES } from "./translations.ts";

export function SettingsMenu() {
  const { t, i18n } = useTranslation();
  const { session } = useSignedIn();
  const { appearance, setAppearance } = useAppearance();
  const leave = async (): Promise<void> => {
    await signOut();
    location.assign("/");
  };
  const choose = (name: string, value: string | undefined): void => {
    const language = LANGUAGES.find((each) => each === value);
    const chosen = APPEARANCES.find((each) => each === value);
    if (name === "language" && language !== undefined) void changeLanguage(language);
    if (name === "appearance" && chosen !== undefined) setAppearance(chosen);
  };
  return (
    <Menu
      checkedValues={{ language: [i18n.resolvedLanguage ?? "en"], appearance: [appearance] }}
      onCheckedValueChange={(_, { name, checkedItems }) => choose(name, checkedItems[0])}
    >
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content={t("settings.title")} relationship="label">
          <Button appearance="subtle" icon={<SettingsRegular />} />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem icon={<PersonRegular />} disabled secondaryContent={session.version}>
            {session.user.name}
          </MenuItem>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("settings.language")}</MenuGroupHeader>
            {LANGUAGES.map((language) => (
              <MenuItemRadio key={language} name="language" value={language} lang={language}>
                {LANGUAGE_NAMES[language]}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("settings.appearance")}</MenuGroupHeader>
            {APPEARANCES.map((each) => (
              <MenuItemRadio key={each} name="appearance" value={each}>
                {t(`settings.${each}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOutRegular />} onClick={() => void leave()}>
            {t("settings.signOut")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
