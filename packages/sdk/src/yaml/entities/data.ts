import { anything, text, word, type Codec } from "../codec.ts";
import { group, isRecord, renamed, required, shown } from "../composite-codec.ts";
import { defineEntity } from "./entity.ts";
import { ASSET_FIELDS } from "./shared-fields.ts";

const DATA = group(
  "a data asset",
  {
    ...ASSET_FIELDS,
    type: renamed("dataType", word({ uri_folder: "uri_folder", uri_file: "uri_file", mltable: "mltable" })),
    path: required(renamed("dataUri", text("a path or URI"))),
    auto_delete_setting: group("an auto-delete setting", {
      condition: word({
        created_greater_than: "CreatedGreaterThan",
        last_accessed_greater_than: "LastAccessedGreaterThan",
      }),
      value: text(),
    }),
    referenced_uris: shown("referencedUris", anything()),
  },
  { root: true },
);

const CODEC: Codec = {
  ...DATA,
  read(value, place) {
    if (!isRecord(value) || value["source"] === undefined) return DATA.read(value, place);
    place.report(
      ["source"],
      "Importing data from a 'source' comes with a later release of Lazuli; name a 'path' that holds it.",
      "key",
    );
    return undefined;
  },
};

export const dataEntity = defineEntity({ noun: "data", what: "a data asset", codec: CODEC });
