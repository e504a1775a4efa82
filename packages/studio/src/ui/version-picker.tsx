import { Dropdown, Option } from "@fluentui/react-components";
import { useTranslation } from "react-i18next";

interface VersionPickerProps {
  /** Newest first. */
  readonly versions: readonly { readonly name: string }[];
  readonly chosen: { readonly name: string };
  readonly className?: string;
  onChoose(version: string): void;
}

/** Chooses which version of an asset a page shows. */
export function VersionPicker({ versions, chosen, className, onChoose }: VersionPickerProps) {
  const { t } = useTranslation();
  return (
    <Dropdown
      {...(className !== undefined && { className })}
      aria-label={t("asset.version")}
      value={t("asset.versionNumber", { version: chosen.name })}
      selectedOptions={[chosen.name]}
      onOptionSelect={(_, data) => onChoose(data.optionValue ?? chosen.name)}
    >
      {versions.map((version) => (
        <Option key={version.name} value={version.name}>
          {t("asset.versionNumber", { version: version.name })}
        </Option>
      ))}
    </Dropdown>
  );
}
