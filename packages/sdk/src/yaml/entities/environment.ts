import { integer, text, word, type Codec } from "../codec.ts";
import { group, isRecord, record, renamed, scalarOr, shown } from "../composite-codec.ts";
import { anything } from "../codec.ts";
import { defineEntity } from "./entity.ts";
import { ASSET_FIELDS } from "./shared-fields.ts";

const ROUTE = group("a route", { path: text(), port: integer({ min: 1, max: 65_535 }) });

const ENVIRONMENT_FIELDS = {
  ...ASSET_FIELDS,
  image: text("an image"),
  build: group("a build", {
    path: renamed("contextUri", text("a folder")),
    dockerfile_path: text("a file in the folder"),
  }),
  conda_file: scalarOr(text("a file, or the conda environment itself"), record(anything())),
  os_type: word({ linux: "Linux", windows: "Windows" }),
  inference_config: group("an inference configuration", {
    liveness_route: ROUTE,
    readiness_route: ROUTE,
    scoring_route: ROUTE,
  }),
  is_anonymous: shown("isAnonymous", anything()),
};

/** What rules hold between the keys of an environment. */
function withRules(shape: Codec): Codec {
  return {
    ...shape,
    read(value, place) {
      const read = shape.read(value, place);
      if (!isRecord(read)) return read;
      if (read["image"] !== undefined && read["build"] !== undefined) {
        place.report([...place.path, "build"], "An environment has an 'image' or a 'build', not both.", "key");
      }
      if (read["image"] === undefined && read["build"] === undefined) {
        const message = read["conda_file"] === undefined ? "" : ", also beside a 'conda_file'";
        place.report(place.path, `An environment needs an 'image' or a 'build'${message}.`);
      }
      return read;
    },
  };
}

/** An environment written inside a job or deployment. */
export const ENVIRONMENT_INLINE = withRules(group("an environment", ENVIRONMENT_FIELDS));

export const environmentEntity = defineEntity({
  noun: "environment",
  what: "an environment",
  codec: withRules(group("an environment", ENVIRONMENT_FIELDS, { root: true })),
  prefixedId: true,
});
